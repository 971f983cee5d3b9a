"""A link to a heading that is not there.

The part after `#` is the id of a heading: the one that its author gave it, or else its words in
small letters with hyphens. A reader lands at the top of the page and searches.

Wrong:

```markdown
## Le fil et l’aiguille

[Voir plus haut](#le-fil-et-l-aiguille)
```

Right:

```markdown
## Le fil et l’aiguille { #fil }

[Voir plus haut](#fil)
```
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from html import unescape

from markdown.extensions.toc import slugify, slugify_unicode
from pymdownx.slugs import slugify as make_slugify

from cmflow.errors import Finding, Level, Message, say
from cmflow.prose import Prose
from cmflow.rules.targets import resolve
from cmflow.rules.view import View

NAME = "broken-anchor"

# The engine's own, and those that a site may have chosen: toc: {slugify: …}.
_SLUGS = (slugify, slugify_unicode, make_slugify(case="lower"), make_slugify(case="lower-ascii"))
_OTHERS = re.compile(r"fn(?:ref)?\d*:|__|cm-|:~:|t=|h-|top$")
"""Anchors that no author writes: of footnotes, of Material, of cmflow, of browsers."""

_MARKUP = re.compile(
    r"(?P<tick>`+)(?P<code>.+?)(?P=tick)"
    r"|!?\[(?P<text>[^\]]*)\](?:\([^)]*\)|\[[^\]]*\])"
    r"|<[^>]*>|[*]|\\(?=\W)"
)
_COUNTED = re.compile(r"[_-]\d+$")


def run(view: View) -> Iterator[Finding]:
    """Yield every link to a heading that neither this page nor the other one has."""
    known: dict[str, frozenset[str]] = {}
    for path, source in view.library.sources.items():
        for link in view.prose(path).links if "#" in source.body else ():
            target = resolve(view, path, link.href.strip(), html=link.html)
            if not target.fragment or target.file not in view.library.sources:
                continue
            if target.file not in known:
                known[target.file] = anchors(view.prose(target.file))
            if _is_there(target.fragment, known[target.file]):
                continue
            yield Finding(
                NAME,
                source.path,
                link.line,
                say("No heading has the id “{id}”.", id=target.fragment)
                if target.file == path
                else say(
                    "No heading of {path} has the id “{id}”.", path=target.file, id=target.fragment
                ),
                _advice(target.fragment, view.prose(target.file)),
                Level.WARNING,
            )


def anchors(prose: Prose) -> frozenset[str]:
    """Return every id that a text may have, by any of the usual ways to make them."""
    found = set(prose.ids)
    for heading in prose.headings:
        found.add(heading.id)
        words = plain(heading.text)
        # Underscores may be letters or emphasis.
        for text in (words, words.replace("_", "")):
            found |= {make(unicodedata.normalize("NFKC", text), "-") for make in _SLUGS}
    return frozenset(found)


def plain(heading: str) -> str:
    """Return the words of a heading without its markup."""
    text = _MARKUP.sub(_words, heading)
    # A link may hold code, and be held by nothing.
    return unescape(_MARKUP.sub(_words, text) if "](" in heading else text)


def _words(match: re.Match[str]) -> str:
    return match["code"] or match["text"] or ""


def _is_there(id_: str, known: frozenset[str]) -> bool:
    return bool(_OTHERS.match(id_)) or id_ in known or _COUNTED.sub("", id_) in known


def _advice(id_: str, prose: Prose) -> Message:
    real = [
        heading.id or slugify(plain(heading.text), "-")
        for heading in prose.headings
        if heading.line
    ]
    near = difflib.get_close_matches(id_, [*real, *prose.ids], n=1, cutoff=0.6)
    if near:
        return say("Did you mean #{near}?", near=near[0])
    return say("Give the heading that is meant an id: ## … {{ #{id} }}", id=id_)
