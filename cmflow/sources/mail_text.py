"""The words of a mail that are its author's own: without what is quoted, signed, or an address.

https://www.rfc-editor.org/rfc/rfc3676 (flowed text, “-- ”). How programs introduce a quotation is
in no specification: the phrases here are those of common ones, in the languages of our readers.
What is in doubt stays, for a person reads it before it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, islice, pairwise

import msgspec

from cmflow.sources import base

_MOST = 60_000
_SHORT = 5
_SIGNED = 12
_WROTE = r"(?:a écrit|a ecrit|wrote|schrieb|escribió|escreveu|ha scritto|schreef)"
_INTRODUCES = re.compile(rf"[^\n]{{0,400}}\b{_WROTE}\b[^:\n]{{0,100}}:", re.IGNORECASE)
_BEGINS = re.compile(r"(?:Le|On|Am|El|Il|Em|Op)\s", re.IGNORECASE)
_BY_MACHINE = re.compile(r"@|\d[:hH.]\d\d")
_ORIGINAL = re.compile(
    r"[-_*= ]{2,}\s*(?:original message|message d['’]origine|message (?:d['’])?original"
    r"|forwarded message|message (?:transféré|réexpédié)|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|mensaje original|mensagem original|messaggio originale"
    r"|oorspronkelijk bericht)\s*[-_*= ]{2,}"
    r"|(?:begin forwarded message|début du message (?:transféré|réexpédié))\s*:",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:from|de|von|da|van)\s?:\*?\s+\S", re.IGNORECASE)
_FIELD = re.compile(
    r"\*?(?:sent|date|to|cc|subject|reply-to|envoyé|à|objet|sujet|répondre à|gesendet|datum|an"
    r"|betreff|enviado|para|asunto|assunto|inviato|oggetto|verzonden|aan|onderwerp)\s?:\*?",
    re.IGNORECASE,
)
_BY_PROGRAM = re.compile(
    r"(?:sent from (?:my|outlook|yahoo|proton)|get outlook|obtenir outlook|télécharger outlook"
    r"|envoyé (?:de|depuis|à partir de) (?:mon|ma|l['’]|outlook|yahoo|proton)|gesendet (?:von|mit)"
    r"|von meinem \w+ gesendet|provenance : courrier|enviado desde (?:mi|outlook)|inviato da)\b",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-_=*]{5,}")
_ITEM = re.compile(r"(?:[-*•–]|\d{1,3}[.)])\s")
_ADDRESS = re.compile(
    r"(?:mailto:)?(?<![\w@/.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.IGNORECASE
)
_MASK = "[…]"


class Line(msgspec.Struct, frozen=True):
    """A line as it is meant, and how often it is quoted."""

    text: str
    depth: int = 0


def own(text: str, *, flowed: bool = False, joined: bool = False) -> str:
    """Return what the author of a plain mail says, as HTML; empty where that is nothing.

    `flowed` and `joined` are `format=flowed` and `delsp=yes` of its type.
    """
    lines = list(_lines(text[:_MOST], flowed=flowed, joined=joined))
    kept = _without_programs(_without_quotes(_cut(lines)))
    width = max((len(line.text) for line in kept), default=0)
    shown = []
    for quoted, some in groupby(kept, key=lambda line: bool(line.depth)):
        said = base.linked(_ADDRESS.sub(_MASK, _unwrapped([line.text for line in some], width)))
        shown.append(f"<blockquote>{said}</blockquote>" if quoted and said else said)
    return "".join(shown)


def _lines(text: str, *, flowed: bool, joined: bool) -> Iterator[Line]:
    """Yield the lines of a mail; a flowed one goes on in the next of the same depth."""
    before: Line | None = None
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = _line(raw, flowed=flowed)
        if before is not None and before.depth == line.depth and not _is_signature(line):
            line = Line(before.text + line.text, line.depth)
        elif before is not None:
            yield Line(before.text.rstrip(), before.depth)
        goes_on = flowed and line.text.endswith(" ") and not _is_signature(line)
        if goes_on:
            before = Line(line.text[:-1] if joined else line.text, line.depth)
        else:
            before = None
            yield Line(line.text.rstrip(), line.depth)
    if before is not None:
        yield Line(before.text.rstrip(), before.depth)


def _line(raw: str, *, flowed: bool) -> Line:
    depth = 0
    while raw.startswith(">") or (depth and raw.startswith(" >")):
        raw = raw.lstrip(" ")[1:]
        depth += 1
    stuffed = raw.startswith(" ") and (flowed or depth)
    return Line(raw[1:] if stuffed else raw, depth)


def _is_signature(line: Line) -> bool:
    return line.text.rstrip() == "--" and not line.depth


def _cut(lines: list[Line]) -> list[Line]:
    """Return the lines up to where a signature or an unmarked quotation begins."""
    kept: list[Line] = []
    at = 0
    while at < len(lines):
        line, ahead = lines[at], lines[at : at + 4]
        said = line.text.strip()
        if not line.depth and said:
            if _ORIGINAL.fullmatch(said) or _is_head(ahead) or _signs_off(lines, at):
                break
            length = _introduction(ahead)
            if length:
                introduction = " ".join(one.text.strip() for one in ahead[:length])
                if _quotes(lines, at + length):
                    at += length
                    continue
                if _BY_MACHINE.search(introduction):
                    break
        kept.append(line)
        at += 1
    return kept


def _is_head(lines: list[Line]) -> bool:
    """Tell whether the head of another mail begins here: who wrote it, and what else is known."""
    first, *rest = (line.text.strip() for line in lines)
    return bool(_FROM.match(first)) and any(_FIELD.match(one) for one in rest)


def _signs_off(lines: list[Line], at: int) -> bool:
    """Tell whether a signature begins here; above many lines of text it is a mere rule."""
    if not _is_signature(lines[at]):
        return False
    after = (line for line in islice(lines, at + 1, None) if not line.depth and line.text.strip())
    return sum(1 for _ in islice(after, _SIGNED + 1)) <= _SIGNED


def _introduction(lines: list[Line]) -> int:
    """Return how many lines from here on say that somebody wrote something; nought for none."""
    for length in (1, 2, 3):
        some = [line.text.strip() for line in lines[:length]]
        if len(some) < length or not all(some) or any(line.depth for line in lines[:length]):
            return 0
        joined = " ".join(some)
        whole = _INTRODUCES.fullmatch(joined) and any(c.isdigit() or c == "@" for c in joined)
        if whole and (length == 1 or _BEGINS.match(joined)):
            return length
    return 0


def _quotes(lines: list[Line], at: int) -> bool:
    following = (line for line in islice(lines, at, None) if line.text.strip() or line.depth)
    first = next(following, None)
    return first is not None and first.depth > 0


def _without_quotes(lines: list[Line]) -> list[Line]:
    """Leave out what is quoted, but for a few lines to which something is answered below."""
    runs = [(quoted, list(some)) for quoted, some in groupby(lines, key=lambda one: one.depth > 0)]
    spoken = [at for at, (quoted, some) in enumerate(runs) if not quoted and _says(some)]
    last = max(spoken, default=-1)
    kept: list[Line] = []
    for quoted, some in runs[: last + 1]:
        if not quoted:
            kept += some
            continue
        once = [line for line in some if line.depth == 1 and line.text.strip()]
        inside = [line for line in once if not _introduction([Line(line.text)])]
        kept += inside if len(once) <= _SHORT else []
    return kept


def _says(lines: Iterable[Line]) -> bool:
    return any(line.text.strip() and not _BY_PROGRAM.match(line.text.strip()) for line in lines)


def _without_programs(lines: list[Line]) -> list[Line]:
    """Leave out what a program adds below: a rule, or the praise of a telephone."""
    end = len(lines)
    while end:
        said = lines[end - 1].text.strip()
        if said and not _RULE.fullmatch(said) and not _BY_PROGRAM.match(said):
            break
        end -= 1
    return lines[:end]


def _unwrapped(lines: list[str], width: int) -> str:
    """Join the lines that a program broke: where the next word had not fitted any more."""
    parts = [lines[0].strip()]
    for above, line in pairwise(lines):
        said = line.strip()
        word = said.split(" ", 1)[0]
        broken = 60 <= width <= 80 and len(above.rstrip()) + 1 + len(word) > width
        is_on = broken and above.strip() and said and not _ITEM.match(said)
        parts.append(f" {said}" if is_on else f"\n{said}")
    return "".join(parts)
