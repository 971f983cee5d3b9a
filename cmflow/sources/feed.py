"""Comments out of a feed: WordPress, Blogger, Disqus, Reddit, or whatever makes RSS or Atom."""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Message, say
from cmflow.heard import Batch, Heard, Marks, Topic
from cmflow.network import Account, Answer, NetworkError, Secret, Trouble
from cmflow.reply import Reply, by_status, of_a_stranger
from cmflow.sources import feed_reading, outside
from cmflow.sources.outside import Posts

_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
_MARKS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_ABOUT = "about"
_PAGES = 50
_WRONG: Message = say(
    "Look at url: of the source. An address inside your own network wants private: true."
)


class Feed:
    """One feed. It tells the newest comments only, so what is missing in it is not gone."""

    name = "feed"
    title = "Feed"
    secrets: tuple[Secret, ...] = ()
    needs_note = False
    vouches = False

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`; a feed in several pages is followed to its end."""
        posts, url, sound = Posts(topics), account.settings.url, True
        if not url:
            words = f"{account.channel}: url: is empty"
            raise account.http.refusal(Trouble.CONTENT, words, remedy=_WRONG)
        asked: set[str] = set()
        told: set[str] = set()
        about = outside.digest([url, [(one.slug, one.url, one.title) for one in topics]])
        conditions = _conditions(marks) if marks.get(_ABOUT) == about else {}
        kept: dict[str, str] = {}
        while url and url not in asked and len(asked) < _PAGES:
            asked.add(url)
            reply = _fetched(account, url, conditions if len(asked) == 1 else {})
            if reply.status == 304:
                break
            kind = reply.headers.get("content-type", "")
            page = feed_reading.read(reply.body, kind, reply.url, posts)
            sound = sound and not page.unread
            if len(asked) == 1:
                kept = {mark: reply.headers.get(mark, "") for mark in _MARKS} | {_ABOUT: about}
            new = {one.id for one in page.heard} - told
            told |= new
            yield Batch(heard=page.heard, unread=page.unread, step=len(asked))
            url = page.next if new else ""
        # What cannot be read is told at every run.
        yield Batch(marks=kept if sound else {_ABOUT: ""}, step=1, of=1)

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`; a feed cannot tell of what it does not list."""
        del account, topic, id
        return Answer.CANNOT_TELL


def _conditions(marks: Marks) -> dict[str, str]:
    return {header: marks[mark] for mark, header in _MARKS.items() if marks.get(mark)}


def _fetched(account: Account, url: str, conditions: dict[str, str]) -> Reply:
    """Fetch a document; a 304 is an answer too."""
    private = outside.private_of(account.settings)
    try:
        reply: Reply = account.http.page(
            url, private=private, headers={"Accept": _ACCEPT, **conditions}
        )
    except NetworkError as error:
        raise outside.of_source(error, _WRONG) from None
    if reply.status // 100 != 2 and reply.status != 304:
        trouble: Trouble = of_a_stranger(reply) or by_status(reply)
        words = f"{outside.host_of(reply.url)}: {reply.status}"
        raise outside.of_source(account.http.refusal(trouble, words), _WRONG)
    return reply


LISTENER = Feed()
