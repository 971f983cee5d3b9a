"""Read what came back: the comments and receipts of `content/community`."""

from __future__ import annotations

import datetime as dt

import msgspec

from cmflow import ledger_file
from cmflow.errors import Finding
from cmflow.ledger import Receipt, fits
from cmflow.reading import decoded, read
from cmflow.settings import Settings
from cmflow.thread import Comment, Speaker, Status


def comments(settings: Settings, slug: str) -> tuple[tuple[Comment, ...], tuple[Finding, ...]]:
    """Read the comments of one post, in the order of their file names."""
    findings: list[Finding] = []
    found: list[Comment] = []
    for path in sorted((settings.community / "comments" / slug).glob("*.md")):
        source = read(path, settings, findings, strict=True)
        meta, problems = decoded(source, source.meta, _CommentMeta) if source else (None, [])
        findings += problems
        if source is not None and meta is not None:
            found.append(
                Comment(
                    id=meta.id,
                    author=meta.author,
                    published=meta.published,
                    status=meta.status,
                    text=source.body.strip(),
                    url=meta.url,
                    reply_to=meta.reply_to,
                )
            )
    return tuple(found), tuple(findings)


def receipts(settings: Settings, slug: str) -> tuple[tuple[Receipt, ...], tuple[Finding, ...]]:
    """Read the receipts of one post: where its copies stand, sorted by channel."""
    folder = settings.community / "receipts"
    name = settings.below_root(folder)
    places = sorted((folder / slug).glob("*.yml")) if fits(slug) else []
    found = [ledger_file.read(folder, (slug, path.stem), name) for path in places]
    return (
        tuple(one for one in found if isinstance(one, Receipt)),
        tuple(one for one in found if isinstance(one, Finding)),
    )


class _CommentMeta(msgspec.Struct, frozen=True):
    id: str
    author: Speaker
    published: dt.datetime
    status: Status = Status.HELD
    url: str = ""
    reply_to: str = ""
