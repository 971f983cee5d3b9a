"""Read the captions of a video as what was said: WebVTT in, cues with a speaker and a text out.

Source of the rules: https://www.w3.org/TR/webvtt1/#file-parsing and #webvtt-cue-text-parsing-rules.
"""

from __future__ import annotations

import html
import re

import msgspec

from cmflow.errors import Message, say

_LINE_END = re.compile(r"\r\n|\r|\n")
_HEADER = re.compile(r"WEBVTT(?:[ \t]|$)")
_TIME = r"(?:([0-9]+):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s|$)")
_NOTE = re.compile(r"NOTE(?:[ \t]|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:\s+([^>]*))?>|</v>")
# A tag that is never closed swallows the rest of its cue.
_TAG = re.compile(r"<[^>]*(?:>|\Z)")


class Cue(msgspec.Struct, frozen=True):
    """What one person says at a moment: `seconds` from the beginning; `who` may be unknown."""

    seconds: float
    who: str
    text: str

    @property
    def start(self) -> str:
        """The moment for people: `0:04`, `1:02:03`."""
        minutes, seconds = divmod(int(self.seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


class TranscriptError(Exception):
    """A file of captions that cannot be used: the line, from 1, what is wrong and what to do."""

    def __init__(self, line: int, message: Message, remedy: Message) -> None:
        super().__init__(message.show())
        self.line = line
        self.message = message
        self.remedy = remedy


def parse(text: str) -> tuple[Cue, ...]:
    """Return the cues of a WebVTT text in its order, one for each voice in them.

    A browser passes over a cue whose times it cannot read; here it is the author's mistake, and
    raises `TranscriptError`, as does a missing header. Notes, styles and regions are left out.
    """
    lines = _LINE_END.split(text.removeprefix("\ufeff").replace("\0", "\ufffd"))
    if not _HEADER.match(lines[0]):
        raise TranscriptError(
            1,
            say("The captions do not begin with WEBVTT."),
            say("Make WEBVTT the first line, and leave the second one empty."),
        )
    found: list[Cue] = []
    for at in _timings(lines):
        payload = _payload(lines, at + 1)
        found += _voices(_seconds(lines[at], at + 1), "\n".join(payload))
    return tuple(found)


def _timings(lines: list[str]) -> list[int]:
    """Return the places of the lines that say when, those in notes left out."""
    found: list[int] = []
    in_note = False
    for at, line in enumerate(lines):
        if not line or not lines[at - 1]:
            in_note = bool(_NOTE.match(line))
        if "-->" in line and not in_note:
            found.append(at)
    return found


def _payload(lines: list[str], first: int) -> list[str]:
    end = first
    while end < len(lines) and lines[end] and "-->" not in lines[end]:
        end += 1
    return lines[first:end]


def _seconds(line: str, number: int) -> float:
    match = _TIMING.match(line)
    if match is None:
        raise TranscriptError(
            number,
            say("The times “{line}” cannot be read.", line=line.strip()),
            say("Write them 00:00:04.000 --> 00:00:07.500, with a dot before the thousandths."),
        )
    hours, minutes, seconds, thousandths = (int(part or 0) for part in match.groups()[:4])
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _voices(seconds: float, payload: str) -> list[Cue]:
    """Part what is said at one moment by its speakers: `<v Ana>Yes. <v Bob>No.`."""
    found: list[Cue] = []
    who, at = "", 0
    for match in [*_VOICE.finditer(payload), None]:
        words = _plain(payload[at : match.start() if match else len(payload)])
        if words:
            found.append(Cue(seconds, who, words))
        if match:
            who, at = _plain(match[1] or ""), match.end()
    return found


def _plain(text: str) -> str:
    # Only the blanks of a source line: French no-break spaces stay.
    return re.sub(r"[ \t\n\f]+", " ", html.unescape(_TAG.sub("", text))).strip(" ")
