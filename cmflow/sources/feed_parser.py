"""A program of its own: reads a feed on stdin and writes what is in it on stdout, as JSON.

feedparser needs endless time for some texts and endless memory for others; a process can be ended.
It imports nothing of cmflow, so that it runs wherever its file is.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

import feedparser

_MEMORY = 700_000_000
_MOST = 20_000_000
# Of them nobody need be told: what was read is right.
_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)


def main() -> None:
    """Read the address and type of the feed on the first line of stdin, then the feed."""
    _limit()
    about = json.loads(sys.stdin.buffer.readline())
    # A file, never the bytes: those it would take for the name of a file to open.
    body = io.BytesIO(sys.stdin.buffer.read())
    found = feedparser.parse(body, response_headers=about)
    # Half a character, which some feeds have, would make the whole unreadable.
    told = json.dumps(_plain(found), ensure_ascii=False).encode("utf-8", "replace")
    if len(told) > _MOST:
        sys.exit("more came out than any feed holds")
    sys.stdout.buffer.write(told)


def _limit() -> None:
    """Refuse to take all the memory, where the system can be told so."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _plain(found: Any) -> dict[str, Any]:
    fault = found.get("bozo_exception") if found.get("bozo") else None
    links = _links(found.feed)
    return {
        "version": found.get("version") or "",
        "fault": "" if fault is None or isinstance(fault, _HARMLESS) else str(fault)[:200],
        "title": found.feed.get("title", ""),
        "link": found.feed.get("link", ""),
        "next": links.get("next", ""),
        "summary": found.feed.get("subtitle", ""),
        "language": found.feed.get("language", ""),
        "entries": [_entry(entry) for entry in found.entries],
    }


def _entry(entry: Any) -> dict[str, Any]:
    content = next(iter(entry.get("content", ())), None) or entry.get("summary_detail") or {}
    author = entry.get("author_detail") or {}
    links = _links(entry)
    answered = entry.get("thr_in-reply-to")
    return {
        "id": entry.get("id", ""),
        "link": entry.get("link", ""),
        "self": links.get("self", ""),
        "related": links.get("related", ""),
        "title": entry.get("title", ""),
        # In RSS its own reading of a mailbox breaks the longer endings of hosts.
        "author": entry.get("author", ""),
        "profile": author.get("href", ""),
        "published": _time(entry, "published_parsed"),
        "updated": _time(entry, "updated_parsed"),
        "text": content.get("value", ""),
        "type": content.get("type", ""),
        "language": content.get("language") or "",
        "answers": answered if isinstance(answered, dict) else {},
    }


def _links(part: Any) -> dict[str, str]:
    """Return the first link of each relation."""
    found: dict[str, str] = {}
    for link in part.get("links", ()):
        found.setdefault(str(link.get("rel", "")), str(link.get("href", "")))
    return found


def _time(entry: Any, name: str) -> list[int] | None:
    # feedparser gives the one for the other where it is missing; a plain look does not.
    read = dict.get(entry, name)
    return list(read[:6]) if read else None


if __name__ == "__main__":
    main()
