"""A stranger's text as a terminal may show it: no escape sequences, and links with true hosts."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urlsplit

from cmflow.text import shorten

_BLOCKS = {"blockquote", "li", "ol", "p", "pre", "ul"}
_JOINER = "\u200d"
_NAMED = re.compile(r"https?://([^/?#:@]+)(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)
_LINES = re.compile(r"\n{3,}")


def line(text: str, longest: int = 0) -> str:
    """Return a text on one line of what can be seen, cut where it is longer than allowed."""
    seen = " ".join(_seen(text).split())
    return shorten(seen, longest) if longest else seen


def lines(html: str, *, links: bool = True) -> str:
    """Return the text of a stored comment as paragraphs; each link is followed by where it leads.

    Without `links`, only the words are left: enough to know a comment again.

    >>> lines('<p>Voyez <a href="https://lea.example/x">ici</a> !</p>')
    'Voyez ici (https://lea.example/x) !'
    """
    reader = _Reader(links=links)
    reader.feed(html)
    reader.close()
    text = _seen("".join(reader.parts))
    return _LINES.sub("\n\n", "\n".join(one.strip() for one in text.split("\n"))).strip()


def address(url: str) -> str:
    """Return an address, with its true host beside it where the eye could take it for another.

    >>> address("https://mastodon.example@lea.example/")
    'https://mastodon.example@lea.example/ [lea.example]'
    """
    shown = line(url)
    host = host_of(url)
    named = _NAMED.match(shown)
    plain = not host or (named is not None and named[1].lower() == host)
    return shown if plain else f"{shown} [{host}]"


def host_of(url: str) -> str:
    """Return the host of an address as the network knows it, in ASCII."""
    try:
        host = urlsplit(url).hostname or ""
        return host.encode("idna").decode() if host else ""
    except (UnicodeError, ValueError):
        return "?"


def _seen(text: str) -> str:
    return "".join(map(_character, text))


def _character(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    # Control, format and separators: what steers a terminal or the order of the letters.
    kind = unicodedata.category(character)
    if kind in ("Zs", "Zl", "Zp") or character == "\t":
        return " " if kind != "Zs" or character == "\u3000" else character
    return character if character == _JOINER else ""


class _Reader(HTMLParser):
    """Reads what `safe.kept` wrote: a few tags and nothing else."""

    def __init__(self, *, links: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._shown = links
        self.parts: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or remember where a link leads."""
        if tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self._verbatim += tag == "pre"
            self.parts.append("\n- " if tag == "li" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        """End a line, or say where a link leads."""
        if tag == "a" and self._links:
            url, at = self._links.pop()
            said = "".join(self.parts[at:]).strip()
            if self._shown and url and (said != url or address(url) != url):
                self.parts.append(f" ({address(url)})")
        elif tag in _BLOCKS and tag != "li":
            self._verbatim -= tag == "pre"
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Take the words; only `pre` keeps its lines."""
        self.parts.append(data if self._verbatim else data.replace("\n", " "))
