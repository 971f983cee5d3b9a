"""Say in a writer's words why a front matter is no YAML, and which line to write instead."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

import yaml
from yaml.reader import Reader

from cmflow.errors import Finding, Fix, Message, say
from cmflow.scalars import quoted

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LINE = re.compile(r"(?P<head>[ \t]*(?:-[ \t]+)*(?P<key>[\w-]+):[ \t]+)(?P<value>\S.*?)[ \t]*")
_GLUED = re.compile(r"(?P<indent>[ \t]*)(?P<key>[a-z_]+):(?P<value>[^\s/:][^:]*)")
_COLON = re.compile(r":(?:\s|$)")
_LONG = 10_000
_OPENERS = {"[": "]", "{": "}"}


def diagnose(path: str, block: str, first: int, error: Exception) -> Finding:
    """Explain why the block of front matter that begins on line `first` cannot be read."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _unmarked(path, block, first, error)
    lines = block.split("\n")
    for at in _suspects(error, len(lines)):
        found = _unquoted(path, lines, at, first) or _glued(path, lines, at, first)
        if found is not None:
            return found
    at = min(_where(error), len(lines) - 1)
    remedy = say("Look for a missing quote, bracket or indentation on this line or above it.")
    if "\t" in lines[at]:
        remedy = say("Indent with spaces: YAML refuses tabs.")
    words = say("The front matter is not valid YAML: {words}.", words=error.problem or "unreadable")
    return Finding("front-matter", path, at + first, words, remedy)


def _unmarked(path: str, block: str, first: int, error: Exception) -> Finding:
    """Explain a value that YAML recognises and cannot make, such as the day 2026-13-40."""
    strange = Reader.NON_PRINTABLE.search(block)
    if strange:
        at = block.count("\n", 0, strange.start())
        return Finding(
            "front-matter",
            path,
            at + first,
            say("The line holds a control character, {code}.", code=f"U+{ord(strange[0]):04X}"),
            say("Delete the invisible character, or write the line anew."),
        )
    at, typed = _bad_value(block) if len(block) < _LONG else (0, "")
    if typed:
        return Finding(
            "front-matter",
            path,
            at + first,
            say("“{typed}” cannot be: {words}.", typed=typed, words=str(error)),
            say("Correct it, or put it in quotes; a date is written 2026-10-06T09:00:00+02:00."),
        )
    words = textwrap.shorten(str(error), 200, placeholder="…")
    return Finding(
        "front-matter",
        path,
        at + first,
        say("The front matter cannot be read: {words}", words=words),
        say("Look for a character or a value that does not belong here."),
    )


def _bad_value(block: str) -> tuple[int, str]:
    """Return the line and the text of the first scalar that cannot be made into a value."""
    constructor: Any = yaml.constructor.SafeConstructor()
    resolver: Any = yaml.resolver.Resolver()
    try:
        for event in yaml.parse(block, Loader=_Loader):
            if not isinstance(event, yaml.ScalarEvent):
                continue
            tag = resolver.resolve(yaml.ScalarNode, event.value, event.implicit)
            node = yaml.ScalarNode(event.tag or tag, event.value)
            try:
                constructor.construct_object(node)
            except (ValueError, ArithmeticError):
                line = event.start_mark.line if event.start_mark is not None else 0
                return line, event.value[:40]
            except yaml.YAMLError:
                continue
    except yaml.YAMLError:
        pass
    return 0, ""


def _where(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line if mark is not None else 0


def _suspects(error: yaml.MarkedYAMLError, count: int) -> list[int]:
    """Return the lines that may be at fault: the parser notices it there, below, or far below."""
    at = _where(error)
    mark = error.context_mark or error.problem_mark
    began = mark.line if mark is not None else at
    return [line for line in dict.fromkeys((at, at - 1, began)) if 0 <= line < count]


def _unquoted(path: str, lines: Sequence[str], at: int, first: int) -> Finding | None:
    match = _LINE.fullmatch(lines[at])
    if match is None or _spans_lines(match["value"]) or _loads(lines[at]):
        return None
    value = match["value"]
    inner = _without_quotes(value)
    new = f"{match['head']}{quoted(inner)}"
    if _loads(new) is False:
        return None
    if value[0] in "\"'":
        words = say("The quotes around the value of “{key}” do not match.", key=match["key"])
    elif _COLON.search(value):
        words = say(
            "The value of “{key}” contains a colon, which YAML takes for a key.", key=match["key"]
        )
    else:
        words = say(
            "The value of “{key}” begins with {sign}, which means something else to YAML.",
            key=match["key"],
            sign=value[0],
        )
    plain = inner == value and value[0] not in "[{&*!|>\"'" and value[-1] not in "]}"
    return _with_line(path, lines, at, first, new, words, safe=plain)


def _glued(path: str, lines: Sequence[str], at: int, first: int) -> Finding | None:
    match = _GLUED.fullmatch(lines[at])
    if match is None:
        return None
    new = f"{match['indent']}{match['key']}: {match['value']}"
    words = say("There is no space after the colon of “{key}”.", key=match["key"])
    return _with_line(path, lines, at, first, new, words, safe=_loads(new) is not False)


def _with_line(
    path: str, lines: Sequence[str], at: int, first: int, new: str, words: Message, *, safe: bool
) -> Finding:
    repaired = "\n".join([*lines[:at], new, *lines[at + 1 :]])
    safe = safe and not _continues(lines, at) and _clear_until(repaired) > at
    return Finding(
        "front-matter",
        path,
        at + first,
        words,
        say("Write the line like this: {line}", line=new.strip()),
        fix=Fix(at + first, lines[at], new) if safe else None,
    )


def _spans_lines(value: str) -> bool:
    """Tell whether a list, a mapping or a block of text merely goes on below its first line."""
    close = _OPENERS.get(value[0])
    return value in ("|", ">", "|-", ">-", "|+", ">+") or (close is not None and close not in value)


def _without_quotes(value: str) -> str:
    mark = value[0]
    if mark not in "\"'":
        return value
    if len(value) > 1 and value.endswith(mark):
        return value[1:-1]
    return value[1:] if mark not in value[1:] else value


def _loads(line: str) -> bool:
    """Tell whether a line, alone, is a key with a value."""
    try:
        return isinstance(yaml.load(line.strip(), Loader=_Loader), dict | list)  # noqa: S506  # safe
    except (yaml.YAMLError, ValueError, ArithmeticError):
        return False


def _continues(lines: Sequence[str], at: int) -> bool:
    """Tell whether the line below belongs to the value of this one."""
    below = lines[at + 1] if at + 1 < len(lines) else ""
    return bool(below.strip()) and _indent(below) > _indent(lines[at])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _clear_until(block: str) -> int:
    """Return the line of the first error in a block, or a number beyond its end."""
    try:
        yaml.load(block, Loader=_Loader)  # noqa: S506  # safe
    except yaml.MarkedYAMLError as error:
        return _where(error)
    except (yaml.YAMLError, ValueError, ArithmeticError):
        return 0
    return block.count("\n") + 1
