"""What was measured, kept in a file, and the tables that show it."""

from __future__ import annotations

import enum
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from peers import BARE, BASE, OURS, WOVEN

_HEAD = (
    "| Tool | Measured | Runs | Median, s | Lowest to highest, s | Times as fast "
    "| Processors, s | Memory, MB | Pages |"
)

KEPT = Path(__file__).parent / "figures.json"


class State(enum.StrEnum):
    """What was measured of a tool, by the words of a table."""

    WHOLE = "the whole site"
    EDIT = "after an edited post"
    COMMENT = "after a new comment"
    SERVE = "an edited post shown by the server"


class Case(msgspec.Struct, frozen=True):
    """One tool in one state at one size: seconds, processor seconds and peak MB of each run.

    `fault` says what went wrong in the last run, or nothing.
    """

    tool: str
    state: State
    posts: int
    seconds: list[float] = []
    processor: list[float] = []
    memory: list[float] = []
    pages: int = 0
    fault: str = ""

    @property
    def name(self) -> str:
        """Return what the tool is called when it does this."""
        return self.tool.replace(" build", " serve") if self.state == State.SERVE else self.tool

    @property
    def median(self) -> float:
        """Return the median of the seconds."""
        return statistics.median(self.seconds)


class Size(msgspec.Struct, frozen=True):
    """All that was measured in one run with one number of posts, and who was not installed."""

    posts: int
    day: str
    machine: str
    cases: list[Case]
    missing: list[str] = []

    def get(self, tool: str, state: State) -> Case | None:
        """Return a case that went well."""
        found = (c for c in self.cases if (c.tool, c.state) == (tool, state) and not c.fault)
        return next(found, None)


def kept() -> list[Size]:
    """Return the sizes measured so far, the smallest first."""
    return msgspec.json.decode(KEPT.read_bytes(), type=list[Size]) if KEPT.is_file() else []


def keep(size: Size) -> list[Size]:
    """Keep a size in the place of what was measured of it before; return all."""
    others = [other for other in kept() if other.posts != size.posts]
    sizes = sorted([*others, size], key=lambda one: one.posts)
    KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(sizes), indent=1) + b"\n")
    return sizes


def table(size: Size) -> str:
    """Return all that was measured with one number of posts as Markdown, the fastest first."""
    lines = [
        f"### {size.posts:,} posts",
        "",
        _HEAD,
        "|---|---|---:|---:|---|---:|---:|---:|---:|",
    ]
    for state in State:
        cases = [case for case in size.cases if case.state == state]
        lines += [_row(case, size) for case in sorted(cases, key=_order)]
    lines += ["", f"Measured on {size.day}, {size.machine}."]
    if size.missing:
        lines += ["", f"Not installed, so not measured: {', '.join(size.missing)}."]
    return "\n".join(lines)


def _order(case: Case) -> tuple[bool, float]:
    return bool(case.fault), case.median


def _row(case: Case, size: Size) -> str:
    memory = f"{statistics.median(case.memory):.0f}"
    if case.fault:
        return f"| {case.name} | {case.state} | {len(case.seconds)} | {case.fault} ||||{memory} ||"
    base = size.get(BASE, State.SERVE if case.state == State.SERVE else State.WHOLE)
    times = f"{base.median / case.median:.1f}" if base else ""
    spent = statistics.median(case.processor)
    return (
        f"| {case.name} | {case.state} | {len(case.seconds)} | {case.median:.2f} "
        f"| {min(case.seconds):.2f} to {max(case.seconds):.2f} | {times} "
        f"| {f'{spent:.2f}' if spent else ''} | {memory} | {case.pages} |"
    )


Ratio = Callable[[Size], float | None]


def ratio(above: tuple[str, State], below: tuple[str, State]) -> Ratio:
    """Return a function of a size: one median divided by another, where both are there."""

    def value(size: Size) -> float | None:
        upper, lower = size.get(*above), size.get(*below)
        return upper.median / lower.median if upper and lower else None

    return value


def growth(sizes: list[Size], state: State) -> Ratio:
    """Return a function of a size above 1,000 posts: our time, divided by the one at 1,000."""
    at_thousand = next((size.get(OURS, state) for size in sizes if size.posts == 1000), None)

    def value(size: Size) -> float | None:
        case = size.get(OURS, state) if size.posts > 1000 else None
        return case.median / at_thousand.median if case and at_thousand else None

    return value


def peak(size: Size) -> float | None:
    """Return the most memory that any build of ours took, in MB."""
    builds = [case for case in size.cases if case.tool.startswith(OURS)]
    return max((m for c in builds if c.state != State.SERVE for m in c.memory), default=None)


def _lines(sizes: list[Size]) -> Iterator[tuple[str, str, str, Ratio]]:
    whole, edit, comment = ((OURS, state) for state in (State.WHOLE, State.EDIT, State.COMMENT))
    bare, bare_edit = (BARE, State.WHOLE), (BARE, State.EDIT)
    base, pelican, hugo = ((name, State.WHOLE) for name in (BASE, "Pelican", "Hugo"))
    same = "The same, nothing woven"
    yield "The whole site, times as fast as `mkdocs build`", "at least 5", ".1f", ratio(base, whole)
    yield f"{same}: the very same bytes", "at least 5", ".1f", ratio(base, bare)
    woven = ratio((WOVEN, State.WHOLE), whole)
    yield "The same, woven by both", "at least 5", ".1f", woven
    label = "The whole site, times as fast as Pelican"
    yield label, "at least 1", ".2f", ratio(pelican, whole)
    yield same, "at least 1", ".2f", ratio(pelican, bare)
    label = "After an edited post, times as fast as `mkdocs build`"
    yield label, "at least 20", ".1f", ratio(base, edit)
    yield same, "at least 20", ".1f", ratio(base, bare_edit)
    label = "After an edited post, times as fast as Hugo’s whole site"
    yield label, "over 1", ".2f", ratio(hugo, edit)
    yield same, "over 1", ".2f", ratio(hugo, bare_edit)
    label = "After a new comment, times the time after an edited post"
    yield label, "under 0.25", ".2f", ratio(comment, edit)
    served = ratio((BASE, State.SERVE), (OURS, State.SERVE))
    yield "Server, times as fast as `mkdocs serve`", "at least 20", ".1f", served
    ten = ratio((f"{OURS}, 10 comments a post", State.WHOLE), whole)
    yield "Ten comments a post, times the time without", "at most 1.1", ".2f", ten
    for state in (State.WHOLE, State.EDIT):
        label = f"Times the time with 1,000 posts, {state}"
        yield label, "at most 5.5 (5,000)", ".2f", growth(sizes, state)
    yield "Most memory of a build, MB", "under 300 (5,000: 800)", ".0f", peak


def ratios(sizes: list[Size]) -> str:
    """Return what is compared to what was aimed at, at every size, as Markdown."""
    heads = "".join(f" {size.posts:,} |" for size in sizes)
    rows = [f"| With cmflow | Aim with 1,000 posts |{heads}", "|---|---|" + "---:|" * len(sizes)]
    for label, aim, form, value in _lines(sizes):
        found = [value(size) for size in sizes]
        cells = "".join(" |" if one is None else f" {one:{form}} |" for one in found)
        rows.append(f"| {label} | {aim} |{cells}")
    return "\n".join(rows)
