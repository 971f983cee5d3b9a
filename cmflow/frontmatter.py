"""Read a Markdown file with its front matter, know every line of it, change one line at a time."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from frontmatter.default_handlers import YAMLHandler

from cmflow.diagnosis import diagnose
from cmflow.errors import Finding, Message, say

LARGEST = 2_000_000
"""Bytes. A text of that size is a book; a file beyond it is a picture under a wrong name."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HANDLER = YAMLHandler()
_OPENING = re.compile(r"-{3,}[ \t]*(?:\n|\Z)")
_LATE = re.compile(r"\s+-{3,}[ \t]*\n[\w-]+:\s")
# As mkdocs.utils.meta reads it; python-frontmatter is more tolerant.
_ENGINE = re.compile(r"-{3}[ \t]*\n(.*?\n)(?:\.{3}|-{3})[ \t]*\n", re.DOTALL)

UNREADABLE = (yaml.YAMLError, ValueError, ArithmeticError, RecursionError)
"""What reading YAML raises: bad syntax, bad UTF-8, an impossible day, a number too large."""

KeyPath = tuple[str | int, ...]

# A text shorter than this cannot nest so deeply that reading it fails.
_LONG = 10_000
_DEEPEST = 100
_BRACKET = re.compile(r"[\[\]{}]")


class Source(msgspec.Struct, frozen=True):
    """A file as it was read: its text, its front matter, and where the body begins.

    `body_line` is the line, from 1, on which the body starts.
    """

    path: str
    text: str
    meta: dict[str, Any]
    body: str
    body_line: int

    @property
    def version(self) -> str:
        """The digest of the whole text: a page bears it, so that one knows what it was made of."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def line_of(self, *keys: str | int) -> int:
        """Return the line of a value in the front matter: `line_of("guests", 0, "name")`.

        Of a path that does not exist, the line of the deepest part that does.
        """
        block, first = _block(self.text)
        node = yaml.compose(block, Loader=_Loader)
        return 1 if node is None else _descend(node, keys)[1] + first

    def raw(self, *keys: str | int) -> str:
        """Return a scalar as the author typed it, or nothing where there is none."""
        found = self.node(*keys)
        return str(found.value) if isinstance(found, yaml.ScalarNode) else ""

    def nodes(self) -> Iterator[tuple[KeyPath, yaml.ScalarNode]]:
        """Yield every scalar of the front matter with its path; an alias counts once."""
        root = yaml.compose(_block(self.text)[0], Loader=_Loader)
        yield from scalars(root)

    def lines(self) -> tuple[list[str], int]:
        """Return the lines of the front matter and the line of the file on which they begin."""
        block, first = _block(self.text)
        return block.split("\n"), first

    def node(self, *keys: str | int) -> yaml.Node | None:
        """Return the node of a value, its marks counted from the first line of the front matter."""
        root = yaml.compose(_block(self.text)[0], Loader=_Loader)
        return None if root is None else _descend(root, keys)[0]


def scalars(root: yaml.Node | None) -> Iterator[tuple[KeyPath, yaml.ScalarNode]]:
    """Yield every scalar below a node with its path."""
    seen: set[int] = set()
    todo: list[tuple[KeyPath, yaml.Node]] = [((), root)] if root is not None else []
    while todo:
        path, node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            yield path, node
        elif isinstance(node, yaml.SequenceNode):
            todo += [((*path, at), item) for at, item in reversed(list(enumerate(node.value)))]
        elif isinstance(node, yaml.MappingNode):
            todo += [((*path, str(key.value)), item) for key, item in reversed(node.value)]


def read(path: str, data: bytes) -> tuple[Source | None, Finding | None]:
    """Parse the bytes of a Markdown file; `path` is only for messages.

    Returns the source, or the finding that says why there is none.
    """
    if len(data) > LARGEST:
        return None, too_large(path, len(data))
    try:
        # The engine reads every kind of line break as one, so the lines are the same for both.
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
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
    """Read plain YAML; raises one of `UNREADABLE`."""
    return _load(data.decode("utf-8-sig"))


def _load(text: str) -> Any:
    """Load YAML; what is nested beyond all sense is refused before it exhausts time or stack."""
    if len(text) > _LONG and (_brackets(text) > _DEEPEST or _depth(text) > _DEEPEST):
        raise ValueError("there are lists within lists beyond number")
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # a safe loader in C


def _brackets(text: str) -> int:
    # libyaml needs quadratic time for open brackets, so they are counted before it sees them.
    deepest = depth = 0
    for match in _BRACKET.finditer(text):
        depth += 1 if match[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _depth(text: str) -> int:
    deepest = depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        deepest = max(deepest, depth)
    return deepest


def line_in(text: str, *keys: str | int) -> int:
    """Return the line, from 1, of a value in a plain YAML text."""
    node = yaml.compose(text, Loader=_Loader)
    return 1 if node is None else _descend(node, keys)[1] + 1


def parse(path: str, text: str) -> tuple[Source | None, Finding | None]:
    """Split a text into front matter and body; a text without front matter has an empty one."""
    if _LATE.match(text):
        return None, _broken(
            path, 1,
            say("Blank lines stand before the front matter, so the engine does not see it."),
            say("Begin the file with ---, on its first line."),
        )  # fmt: skip
    if not _OPENING.match(text):
        return Source(path, text, {}, text, 1), None
    if not _is_closed(text):
        return None, _broken(
            path, 1,
            say("The front matter opens with --- and is never closed."),
            say("Put a line with --- between the front matter and the text."),
        )  # fmt: skip
    block, first = _block(text)
    body = _HANDLER.split(text)[1]
    lead = len(body) - len(body.lstrip("\n"))
    line = text[: len(text) - len(body) + lead].count("\n") + 1
    try:
        meta = _load(block) or {}
    except UNREADABLE as error:
        return None, diagnose(path, block, first, error)
    if not isinstance(meta, dict):
        return None, _broken(
            path, first,
            say("The front matter is not a list of keys with values."),
            say('Write each line as "key: value".'),
        )  # fmt: skip
    if not _ENGINE.match(text):
        return None, _broken(
            path, 1,
            say("The engine does not see where this front matter begins or ends."),
            say("Write exactly --- on a line of its own before and after it, and the text below."),
        )  # fmt: skip
    keys = {str(key): value for key, value in meta.items()}
    return Source(path, text, keys, body.lstrip("\n"), line), None


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
    """Write a whole file or nothing: to a temporary file beside it, then renamed over it.

    Raises `OSError`, which names the file also where the machine did not: when the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # mkstemp makes files that only their owner reads; a web server must read these.
        Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and not error.filename:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def _is_closed(text: str) -> bool:
    first = _HANDLER.FM_BOUNDARY.search(text)
    return first is not None and _HANDLER.FM_BOUNDARY.search(text, first.end()) is not None


def _block(text: str) -> tuple[str, int]:
    """Return the YAML of a text and the line of the file on which it begins."""
    if not _OPENING.match(text):
        return "", 1
    # The boundary swallows blank lines, so its end and not a constant tells the first line.
    opening = _HANDLER.FM_BOUNDARY.match(text)
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


def _broken(path: str, line: int, message: Message, remedy: Message) -> Finding:
    return Finding("front-matter", path, line, message, remedy)
