"""Change a slug, an alias or a link in a person's Markdown, and no other character of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import yaml

from cmflow.scalars import scalar

_OPENING = re.compile(r"\ufeff?-{3,}[ \t]*\r?\n")
_CLOSING = re.compile(r"^-{3,}[ \t]*\r?$", re.MULTILINE)

_FENCE = r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??[ \t]*(?P=fence)[`~]*[ \t]*\r?$"
_SPAN = r"(?<!`)(?P<span>`+)(?!`)(?:(?!\n[ \t]*\r?\n).)+?(?<!`)(?P=span)(?!`)"
_CODE = re.compile(f"{_FENCE}|{_SPAN}", re.MULTILINE | re.DOTALL)
_LINK = re.compile(
    r"\]\([ \t]*<?(?P<inline>[^\s()<>]+)|^[ ]{0,3}\[[^\]\n]+\]:[ \t]*<?(?P<reference>[^\s<>]+)",
    re.MULTILINE,
)


def reslug(text: str, new: str) -> str:
    """Change the value of `slug:`; where the file's name was the slug, put the line in."""
    start, _, root = _front_matter(text)
    node = _value(root, "slug")
    if node is None:
        return text[:start] + f"slug: {scalar(new)}{_line_end(text)}" + text[start:]
    return _put(text, start, node, new)


def repost(text: str, old: str, new: str) -> str:
    """Change the value of `post:`, by which an idea names its post, where it is `old`."""
    start, _, root = _front_matter(text)
    node = _value(root, "post")
    named = isinstance(node, yaml.ScalarNode) and node.value == old
    return _put(text, start, node, new) if node is not None and named else text


def add_alias(text: str, alias: str, *, instead_of: str = "") -> str:
    """Put an address into `aliases:`, as its last item, or in the place of the item `instead_of`.

    A list in brackets, a list of lines and no list at all each keep their form; the text must have
    a line `slug:`.
    """
    start, _, root = _front_matter(text)
    node = _value(root, "aliases")
    if node is None:
        slug = _value(root, "slug")
        return _insert_after(text, start, slug, f"aliases: [{scalar(alias)}]") if slug else text
    if isinstance(node, yaml.ScalarNode):
        return text if node.value else _put(text, start, node, f"[{scalar(alias)}]", literal=True)
    if not isinstance(node, yaml.SequenceNode):
        return text
    for item in node.value:
        if instead_of and str(item.value).strip("/") == instead_of.strip("/"):
            return _put(text, start, item, alias)
    if any(str(item.value).strip("/") == alias.strip("/") for item in node.value):
        return text
    if not node.value:
        return _put(text, start, node, f"[{scalar(alias)}]", literal=True)
    last = node.value[-1]
    if node.flow_style:
        at = start + last.end_mark.index
        return f"{text[:at]}, {scalar(alias)}{text[at:]}"
    begin = start + last.start_mark.index
    dash = text[text.rindex("\n", 0, begin) + 1 : begin]
    return _insert_after(text, start, last, f"{dash}{scalar(alias)}")


def relink(text: str, path: str, target: str, name: str) -> str:
    """Let every relative link of a Markdown file that leads to the file `target` lead to `name`.

    `path` and `target` are relative to `docs_dir`; `name` is the new name, in the same folder.
    Links are those of the text, outside code, and those under `links:` of the front matter.
    """
    spans = {*_in_text(text, path, target), *_in_links(text, target)}
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + name + text[end:]
    return text


def _in_text(text: str, path: str, target: str) -> Iterator[tuple[int, int]]:
    """Yield where the name of the target's file stands in a link of the text."""
    body = _front_matter(text)[1]
    code = [match.span() for match in _CODE.finditer(text, body)]
    for match in _LINK.finditer(text, body):
        group = "inline" if match["inline"] else "reference"
        at = match.start(group)
        if not any(start <= at < end for start, end in code):
            yield from _name(match[group], at, posixpath.dirname(path), target)


def _in_links(text: str, target: str) -> Iterator[tuple[int, int]]:
    """Yield where it stands under `links:`, whose paths Material reads from `docs_dir`."""
    start, _, root = _front_matter(text)
    waiting = [_value(root, "links")]
    for node in waiting:
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.ScalarNode):
            begin, end = start + node.start_mark.index, start + node.end_mark.index
            raw = text[begin:end]
            bare = raw.strip("\"'")
            yield from _name(bare, begin + raw.index(bare), "", target)


def _name(link: str, at: int, folder: str, target: str) -> Iterator[tuple[int, int]]:
    path = re.split(r"[?#]", link, maxsplit=1)[0]
    try:
        outside = urlsplit(link).scheme or path.startswith("/")
    except ValueError:
        return
    if not outside and posixpath.normpath(posixpath.join(folder, unquote(path))) == target:
        yield at + path.rfind("/") + 1, at + len(path)


def _front_matter(text: str) -> tuple[int, int, yaml.Node | None]:
    """Return where the front matter begins, where the text after it begins, and its YAML."""
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return 0, 0, None
    try:
        root = yaml.compose(text[opening.end() : closing.start()], Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        root = None
    return opening.end(), closing.end(), root


def _value(root: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(root, yaml.MappingNode):
        return None
    return next((value for name, value in root.value if name.value == key), None)


def _put(text: str, start: int, node: yaml.Node, new: str, *, literal: bool = False) -> str:
    """Put a value in the place of a node, in the quotes that it had."""
    begin, end = start + node.start_mark.index, start + node.end_mark.index
    if begin == end:
        # Nothing stands there, and the mark is right behind the colon.
        return f"{text[:begin]} {new if literal else scalar(new)}{text[end:]}"
    quote = text[begin] if text[begin] in "\"'" else ""
    return text[:begin] + (f"{quote}{new}{quote}" if literal or quote else scalar(new)) + text[end:]


def _insert_after(text: str, start: int, node: yaml.Node, line: str) -> str:
    """Put a line below the one on which a node ends."""
    at = text.index("\n", start + max(node.end_mark.index - 1, 0)) + 1
    return text[:at] + line + _line_end(text) + text[at:]


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
