"""Read what came back: the comments and receipts of `content/community`."""

from __future__ import annotations

import datetime as dt

import msgspec

from cmflow.errors import Finding
from cmflow.ledger import Receipt
from cmflow.reading import decoded, plain_yaml, read
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
    findings: list[Finding] = []
    found: list[Receipt] = []
    for path in sorted((settings.community / "receipts" / slug).glob("*.yml")):
        data = plain_yaml(path, settings, findings)
        record = data if isinstance(data, dict) else {}
        if record.get("state") == "sent" and record.get("url"):
            network = str(record.get("network") or path.stem)
            found.append(Receipt(slug, path.stem, network, str(record["url"])))
    return tuple(found), tuple(findings)


class _CommentMeta(msgspec.Struct, frozen=True):
    id: str
    author: Speaker
    published: dt.datetime
    status: Status = Status.HELD
    url: str = ""
    reply_to: str = ""
