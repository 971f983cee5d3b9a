"""An excerpt taken from the tree of its post's own page, before headings were numbered and linked.

Material converts a post once for its page and once more for every list it appears in, with another
setting of “toc” and with other links. Until “toc” runs, all these conversions are alike; so the
tree is copied there, and from the copy comes a *sheet*: the excerpt with gaps where a link depends
on the page that shows it.
"""

from __future__ import annotations

import copy
import re
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import msgspec
from markdown import Markdown
from markdown.util import AMP_SUBSTITUTE, HTML_PLACEHOLDER, HtmlStash
from mkdocs.structure.toc import AnchorLink, get_toc

_GAP = "\ue000"
_GAPS = re.compile(f"{_GAP}([0-9]+){_GAP}")
_ESCAPED = re.compile("\x02[0-9]+\x03")
_LOADED = frozenset("[<\n\r\x02\x03")
"""Characters in a title that may reach for what stands elsewhere in the post."""

_COUNTED = re.compile('class="tabbed-|id="__|name="__')
_LINED = re.compile('class="[^"]*highlight')
"""What Python-Markdown numbers on from one conversion of the same excerpt to the next.

Lines of code only where their numbering was asked for.
"""

AFTER_TOC = ["relpath", "unescape", "excerpt"]
"""The steps that follow “toc” in Material's conversion of an excerpt, in their order."""


class Plain(Exception):  # noqa: N818  # no error: a reason to do it the engine's way
    """This excerpt cannot be proved to come out right; let the engine convert the post again."""


class Anchor(msgspec.Struct, array_like=True):
    """An entry of a table of contents, as MkDocs needs it to make one."""

    name: str
    id: str
    level: int
    children: list[Anchor]


class Sheet(msgspec.Struct, array_like=True):
    """An excerpt with gaps: `parts` are the texts between them, `links` what belongs in each.

    `title` is the heading that was put above the post, or None where it brought its own. `rest` is
    whether anything follows the separator, None where there is none. `counted` tells that
    only the list it was made for shows the post so: in the next, something is numbered on.
    """

    title: str | None
    parts: list[str]
    links: list[tuple[str, str]]
    toc: list[Anchor]
    rest: bool | None
    counted: bool


def anchors_of(items: list[AnchorLink]) -> list[Anchor]:
    """Take down a table of contents."""
    return [Anchor(i.title, i.id, i.level, anchors_of(i.children)) for i in items]


def tokens_of(anchors: list[Anchor]) -> list[Any]:
    """Return a table of contents as Python-Markdown hands it to MkDocs."""
    return [
        {"name": a.name, "id": a.id, "level": a.level, "children": tokens_of(a.children)}
        for a in anchors
    ]


class Cutter:
    """Cuts sheets; `model` is a Markdown converter as Material makes one for an excerpt."""

    def __init__(self, model: Markdown, separator: str, *, lined: bool) -> None:
        steps = model.treeprocessors
        names = sorted((item.name for item in steps._priority), key=steps.get_index_for_name)  # noqa: SLF001  # the only way to their names
        at = names.index("toc")
        if names[at + 1 :] != AFTER_TOC:
            raise Plain(names)
        self._before = names[:at]
        self._model = model
        self._separator = separator
        self._lined = lined

    def cut(self, md: Markdown, tree: ET.Element, title: str | None, turns: int) -> list[Sheet]:
        """Make the sheets of a post that `md` has just converted; raises `Plain`.

        `tree` is a copy of the post as it was before “toc”, `title` the heading to put above it.
        There is one sheet for all lists, or one for each of the first `turns` where the post has
        footnotes: Material's converter counts them on from list to list.
        """
        if title is not None:
            tree.insert(0, self._heading(md, title))
        notes = getattr(_step(md, "footnote"), "footnotes", None)
        if notes is None or not notes.found_refs:
            return [self._sheet(md, tree, title)]
        if any(times > 1 for times in notes.found_refs.values()):
            sheet = self._sheet(md, tree, title)
            return [msgspec.structs.replace(sheet, counted=True)]
        sheets = [
            self._sheet(md, _noted(md, notes, copy.deepcopy(tree), turn), title)
            for turn in range(1, max(turns, 1) + 1)
        ]
        several = sheets[:1] if sheets[0].counted else sheets
        return [msgspec.structs.replace(sheet, counted=True) for sheet in several]

    def _sheet(self, md: Markdown, tree: ET.Element, title: str | None) -> Sheet:
        at = self._separator_in(md, tree)
        rest = None if at is None else at < len(tree) - 1
        later = [] if at is None else list(tree)[at + 1 :]
        if any(True for element in later for _ in element.iter("h1")):
            later = []
        self._number(md, tree, later)
        links = _open(tree)
        md.treeprocessors["unescape"].run(tree)
        if at is not None:
            for element in list(tree)[at + 1 :]:
                tree.remove(element)
        html = _text(md, tree)
        head, *tail = html.split(self._separator, 1)
        if bool(tail) != (at is not None):
            raise Plain("separator")
        pieces = _GAPS.split(head)
        kept = [int(number) for number in pieces[1::2]]
        if kept != list(range(len(kept))) or any(_GAP in part for part in pieces[::2]):
            raise Plain("gaps")
        toc = get_toc(md.toc_tokens)
        counted = _COUNTED.search(head) is not None
        counted = counted or (self._lined and _LINED.search(head) is not None)
        toc_kept = anchors_of(toc.items)
        return Sheet(title, pieces[::2], links[: len(kept)], toc_kept, rest, counted)

    def _heading(self, md: Markdown, title: str) -> ET.Element:
        """Convert the heading alone; nothing in it may refer to the rest of the post."""
        if not title.strip() or _LOADED.intersection(title):
            raise Plain("title")
        known = getattr(_step(md, "abbr"), "abbrs", {})
        if any(abbreviation in title for abbreviation in known):
            raise Plain("abbreviation")
        model = self._model
        model.htmlStash = HtmlStash()  # not that of a page, which would be emptied
        model.reset()
        model.htmlStash = md.htmlStash  # what the heading puts aside is fetched by `md`
        lines = [f"# {title}"]
        for preprocessor in model.preprocessors:
            lines = preprocessor.run(lines)
        root = model.parser.parseDocument(lines).getroot()
        for name in self._before:
            made = model.treeprocessors[name].run(root)
            root = root if made is None else made
        if len(root) != 1 or root[0].tag != "h1":
            raise Plain("title")
        heading: ET.Element = root[0]
        return heading

    def _separator_in(self, md: Markdown, tree: ET.Element) -> int | None:
        """Return which top-level element is the separator; raises `Plain` where it hides."""
        stash = md.htmlStash.rawHtmlBlocks
        if not all(isinstance(block, str) for block in stash):
            raise Plain("stash")
        holders = [at for at, block in enumerate(stash) if self._separator in block]
        if not holders:
            return None
        if len(holders) > 1 or stash[holders[0]].strip() != self._separator:
            raise Plain("separator")
        mark = HTML_PLACEHOLDER % holders[0]
        for at, element in enumerate(tree):
            if element.tag == "p" and not len(element) and (element.text or "").strip() == mark:
                return at
        raise Plain("separator")

    def _number(self, md: Markdown, tree: ET.Element, later: list[ET.Element]) -> None:
        """Let “toc” number and link the headings, without those of the elements to come later.

        They leave their ids behind: an id that a writer chose below must not be given above.
        """
        carrier = ET.Element("span")
        for element in later:
            tree.remove(element)
            for owner in element.iter():
                if "id" in owner.attrib:
                    ET.SubElement(carrier, "span", {"id": owner.attrib["id"]})
        tree.append(carrier)
        toc = copy.copy(self._model.treeprocessors["toc"])
        toc.md = md
        toc.run(tree)
        tree.remove(carrier)
        tree.extend(later)


def _noted(md: Markdown, notes: Any, tree: ET.Element, turn: int) -> ET.Element:
    """Make a post with footnotes what it is the next time the same converter converts it.

    Its references are `fnref2:…` in the second list, and each footnote leads back to both.
    """
    if turn == 1:
        return tree
    start = f"fnref{notes.get_separator()}"
    for sup in tree.iter("sup"):
        name = sup.get("id", "")
        if name.startswith(start):
            sup.set("id", f"fnref{turn}{name.removeprefix('fnref')}")
    found = notes.found_refs
    notes.found_refs = dict.fromkeys(found, turn)
    try:
        md.treeprocessors["footnote-duplicate"].run(tree)
    finally:
        notes.found_refs = found
    return tree


def _step(md: Markdown, name: str) -> Any:
    steps = md.treeprocessors
    return steps[name] if name in steps else None  # noqa: SIM401  # a registry has no “get”


def _open(tree: ET.Element) -> list[tuple[str, str]]:
    """Put a gap in the place of each link that depends on where the excerpt is shown."""
    links: list[tuple[str, str]] = []
    main = True
    for element in tree.iter():
        key = {"a": "href", "img": "src"}.get(element.tag)
        if key is None:
            continue
        url = element.get(key)
        if url is None or _ESCAPED.search(url) or _GAP in url:
            raise Plain("link")
        if element.tag == "a" and url.startswith("#"):
            link = ("main", "") if main else ("anchor", url)
            main = False
        else:
            scheme, netloc, path, _, _ = urlsplit(url)
            if scheme or netloc or not path:
                continue
            if AMP_SUBSTITUTE in url:
                if url.startswith("/"):
                    raise Plain("link")
                continue
            link = ("file", url)
        element.set(key, f"{_GAP}{len(links)}{_GAP}")
        links.append(link)
    return links


def _text(md: Markdown, tree: ET.Element) -> str:
    """Write a tree as Python-Markdown does at the end of a conversion."""
    html: str = md.serializer(tree)
    start = html.index("<div>") + len("<div>")
    html = html[start : html.rindex("</div>")].strip()
    for postprocessor in md.postprocessors:
        html = postprocessor.run(html)
    return html.strip()
