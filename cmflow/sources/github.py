"""What people say on GitHub, in issues or discussions that are about a post; and the way there.

An issue is about a post when its title or text names the post's `[slug]` or address.
https://docs.github.com/en/rest/issues, https://docs.github.com/en/graphql/guides/using-the-graphql-api-for-discussions,
https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/creating-an-issue#creating-an-issue-from-a-url-query.
Read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from cmflow.errors import say
from cmflow.heard import Batch, Heard, Marks, Topic
from cmflow.network import Account, Answer, Secret
from cmflow.source import Source
from cmflow.sources import github_discussions, github_issues
from cmflow.sources.github_api import Api, site_of
from cmflow.sources.naming import tag
from cmflow.text import slugify

_THREAD = re.compile(r"/(?:issues|discussions)/\d+")


class GitHub:
    """The issues, or the discussions, of one repository."""

    name = "github"
    title = "GitHub"
    secrets = (
        Secret(
            "TOKEN",
            say(
                "On GitHub: Settings → Developer settings → Fine-grained tokens, for this "
                "repository alone, with “Issues” and “Discussions” to read; copy the token."
            ),
            required=False,
        ),
    )
    needs_note = False
    vouches = True

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`."""
        api, label = Api(account), str(account.settings.label)
        if account.settings.discussions:
            return github_discussions.listen(api, label, topics, marks)
        return github_issues.listen(api, label, topics, marks)

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`; what was hidden on GitHub is gone for us."""
        del topic
        api = Api(account)
        place, _, path = id.removeprefix(api.place).partition("/")
        if place or not id.startswith(f"{api.place}/"):
            return Answer.CANNOT_TELL
        if path.startswith("discussions/"):
            return github_discussions.ask(api, path)
        return github_issues.ask(api, path)


def door(source: Source, slug: str, title: str, url: str, known: Iterable[str] = ()) -> str:
    """Return where a reader answers a post: its thread on GitHub, or the form of a new one.

    `known` are the addresses of comments on the post that were heard before.
    """
    home = f"{site_of(source.url)}/{source.account.strip('/')}"
    for address in sorted(known):
        here = address.lower().startswith(f"{home.lower()}/")
        thread = _THREAD.match(address[len(home) :]) if here else None
        if thread:
            return home + thread[0]
    # What stands in a comment of HTML is seen by who writes there, and by nobody who reads.
    form = {"title": f"{title} {tag(slug)}", "body": f"\n\n<!-- {url} -->"}
    if source.discussions and source.label:
        form["category"] = slugify(source.label)
    kind = "discussions" if source.discussions else "issues"
    return f"{home}/{kind}/new?{urlencode(form)}"


LISTENER = GitHub()
