"""Read a Markdown file with its front matter, know the line of every key, change one line at a time."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import frontmatter
import msgspec
import yaml

from cmflow.errors import Finding, Message, say

LARGEST = 2_000_000
"""Bytes. A text of that size is a book; a file beyond it is a picture under a wrong name."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HANDLER = frontmatter.YAMLHandler()
_OPENING = re.compile(r"-{3,}[ \t]*(?:\n|\Z)")


class Source(msgspec.Struct, frozen=True):
    """A file as it was read: its text, its front matter, and where the body begins.

    `body_line` is the line, from 1, on which the body starts.
    """

    path: str
    text: str
    meta: dict[str, Any]
    body: str
    body_line: int

    def line_of(self, *keys: str | int) -> int:
        """Return the line of a value in the front matter: `line_of("guests", 0, "name")`.

        Of a path that does not exist, the line of the deepest part that does.
        """
        block, first = _block(self.text)
        node = yaml.compose(block, Loader=_Loader)
        return 1 if node is None else _descend(node, keys)[1] + first

    def raw(self, *keys: str | int) -> str:
        """Return a scalar as the author typed it, or nothing where there is none."""
        node = yaml.compose(_block(self.text)[0], Loader=_Loader)
        found = _descend(node, keys)[0] if node is not None else None
        return str(found.value) if isinstance(found, yaml.ScalarNode) else ""


def read(path: str, data: bytes) -> tuple[Source | None, Finding | None]:
    """Parse the bytes of a Markdown file; `path` is only for messages.

    Returns the source, or the finding that says why there is none.
    """
    if len(data) > LARGEST:
        return None, too_large(path, len(data))
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return None, Finding(
            "encoding", path, data[: error.start].count(b"\n") + 1,
            say("The file is not UTF-8: byte {byte} cannot be read.", byte=hex(data[error.start])),
            say("Save it again in your editor with the encoding UTF-8."),
        )  # fmt: skip
    if not text.strip():
        return None, Finding(
            "empty-file", path, 0,
            say("The file is empty."),
            say("Write it, or delete it."),
        )  # fmt: skip
    return parse(path, text)


def too_large(path: str, size: int) -> Finding:
    """Say that a file of `size` bytes is no text to publish."""
    return Finding(
        "file-too-large", path, 0,
        say("The file is {size} MB long.", size=round(size / 1e6, 1)),
        say("A post is text: check that this is one, or split it (at most {most} MB).",
            most=LARGEST // 1_000_000),
    )  # fmt: skip


def load_yaml(data: bytes) -> Any:
    """Read plain YAML; raises `yaml.YAMLError`, `ValueError` or `UnicodeDecodeError`."""
    return yaml.load(data.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506  # a safe loader in C


def line_in(text: str, *keys: str | int) -> int:
    """Return the line, from 1, of a value in a plain YAML text."""
    node = yaml.compose(text, Loader=_Loader)
    return 1 if node is None else _descend(node, keys)[1] + 1


def parse(path: str, text: str) -> tuple[Source | None, Finding | None]:
    """Split a text into front matter and body; a text without front matter has an empty one."""
    if not _OPENING.match(text):
        return Source(path, text, {}, text, 1), None
    if len(_HANDLER.FM_BOUNDARY.findall(text)) < 2:  # type: ignore[union-attr]
        return None, _broken(
            path, 1,
            say("The front matter opens with --- and is never closed."),
            say("Put a line with --- between the front matter and the text."),
        )  # fmt: skip
    block, first = _block(text)
    body = _HANDLER.split(text)[1]
    try:
        meta = _HANDLER.load(block, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        return None, _explain(path, block, first, error)
    except (yaml.YAMLError, ValueError) as error:
        return None, _broken(
            path, 1,
            say("The front matter cannot be read: {words}", words=str(error)),
            say("Correct the value; a date is written 2026-10-06T09:00:00+02:00."),
        )  # fmt: skip
    if meta is None:
        meta = {}
    if not isinstance(meta, dict):
        return None, _broken(
            path, 2,
            say("The front matter is not a list of keys with values."),
            say('Write each line as "key: value".'),
        )  # fmt: skip
    lead = len(body) - len(body.lstrip("\n"))
    before = text[: len(text) - len(body) + lead]
    keys = {str(key): value for key, value in meta.items()}
    return Source(path, text, keys, body.lstrip("\n"), before.count("\n") + 1), None


def replace_line(path: Path, line: int, old: str, new: str) -> bool:
    """Change one line of a person's file and leave every other byte as it was.

    Returns whether the line was still `old`; if not, the file is left alone.
    """
    lines = path.read_bytes().split(b"\n")
    if not 0 < line <= len(lines):
        return False
    ending = b"\r" if lines[line - 1].endswith(b"\r") else b""
    if lines[line - 1].removesuffix(b"\r").decode("utf-8", "replace").lstrip("\ufeff") != old:
        return False
    mark = b"\xef\xbb\xbf" if lines[line - 1].startswith(b"\xef\xbb\xbf") else b""
    lines[line - 1] = mark + new.encode() + ending
    write(path, b"\n".join(lines))
    return True


def insert_line(path: Path, line: int, new: str) -> None:
    """Put a line before line `line` of a person's file and leave every other byte as it was."""
    lines = path.read_bytes().split(b"\n")
    ending = b"\r" if lines[0].endswith(b"\r") else b""
    lines.insert(line - 1, new.encode() + ending)
    write(path, b"\n".join(lines))


def write(path: Path, data: bytes) -> None:
    """Write a whole file or nothing: to a temporary file beside it, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # mkstemp makes files that only their owner reads; a web server must read these.
        Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _block(text: str) -> tuple[str, int]:
    """Return the YAML of a text and the line of the file on which it begins."""
    if not _OPENING.match(text):
        return "", 1
    # The boundary swallows blank lines, so its end and not a constant tells the first line.
    opening = _HANDLER.FM_BOUNDARY.match(text)  # type: ignore[union-attr]
    assert opening is not None  # noqa: S101  # _OPENING is the stricter of the two
    return _HANDLER.split(text)[0], text[: opening.end()].count("\n") + 1


def _descend(node: yaml.Node, keys: Sequence[str | int]) -> tuple[yaml.Node | None, int]:
    line = node.start_mark.line
    for key in keys:
        found: tuple[yaml.Node, int] | None = None
        if isinstance(node, yaml.MappingNode):
            found = next(
                ((value, name.start_mark.line) for name, value in node.value if name.value == key),
                None,
            )
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = (node.value[key], node.value[key].start_mark.line)
        if found is None:
            return None, line
        node, line = found
    return node, line


_UNQUOTED = re.compile(r"^(?P<indent>[ \t]*(?:-[ \t]+)?)(?P<key>[\w-]+):[ \t]+(?P<value>[^\"'\[{|>&*].*?)[ \t]*$")


def _explain(path: str, block: str, first: int, error: yaml.MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    at = mark.line if mark is not None else 0
    lines = block.split("\n")
    # The parser notices an unquoted colon where it stands, or one line below it.
    for candidate in (at, at - 1):
        if not 0 <= candidate < len(lines):
            continue
        match = _UNQUOTED.match(lines[candidate])
        if match and re.search(r":(?:\s|$)|\s#", match["value"].replace("\u00a0", " ")):
            value = match["value"].replace("\\", "\\\\").replace('"', '\\"')
            return _broken(
                path, candidate + first,
                say("The value of “{key}” contains a colon, which YAML takes for a key.", key=match["key"]),
                say("Put it in quotes: {line}", line=f'{match["key"]}: "{value}"'),
            )  # fmt: skip
    if "\t" in (lines[at] if at < len(lines) else ""):
        remedy = say("Indent with spaces: YAML refuses tabs.")
    else:
        remedy = say("Look for a missing quote, bracket or indentation on this line or above it.")
    return _broken(path, at + first, _words(error), remedy)


def _words(error: yaml.MarkedYAMLError) -> Message:
    return say("The front matter is not valid YAML: {words}.", words=error.problem or "unreadable")


def _broken(path: str, line: int, message: Message, remedy: Message) -> Finding:
    return Finding("front-matter", path, line, message, remedy)
