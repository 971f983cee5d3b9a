"""The figures of one size as bars: a drawing that follows a reader's light or dark scheme."""

from __future__ import annotations

from html import escape

from figures import Case, Size, State
from peers import BASE, OURS

_WIDTH = 880
_LEFT = 280
_RIGHT = 200
_ROW = 26
_THICK = 16
_HEAD = 44

_ROLE = 'role="img" aria-labelledby="t d" lang="en"'

_STYLE = """\
    text { font: 14px system-ui, sans-serif; fill: #22333b; }
    .head { font-size: 16px; font-weight: 650; }
    .few { fill: #55656d; font-size: 13px; }
    .bar { fill: #9fb0b8; }
    .base { fill: #c8643c; }
    .ours { fill: #2b7a78; }
    .span { stroke: #22333b; stroke-width: 1.5; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e8eef0; }
      .few { fill: #a9b8bf; }
      .bar { fill: #5d6e77; }
      .base { fill: #e8946d; }
      .ours { fill: #58b5b1; }
      .span { stroke: #e8eef0; }
    }"""


def title(size: Size) -> str:
    """Return the one sentence that says what the drawing shows."""
    return f"Seconds that generators take with {size.posts:,} posts, less being better"


def svg(size: Size) -> str:
    """Draw the medians by what was measured, with lines from the lowest to the highest."""
    good = [case for case in size.cases if not case.fault]
    longest = max((max(case.seconds) for case in good), default=1.0)
    unit = (_WIDTH - _LEFT - _RIGHT) / longest
    parts: list[str] = []
    y = 10
    for state in State:
        cases = sorted((c for c in good if c.state == state), key=lambda case: case.median)
        if cases:
            parts.append(f'  <text class="head" x="20" y="{y + 26}">{_capital(state)}</text>')
            y += _HEAD
        for case in cases:
            parts += _bar(case, y, unit, size)
            y += _ROW
    return _framed(size, parts, y + 16)


def _bar(case: Case, y: int, unit: float, size: Size) -> list[str]:
    kind = "ours" if case.tool.startswith(OURS) else "base" if case.tool == BASE else "bar"
    low, high = (_LEFT + edge(case.seconds) * unit for edge in (min, max))
    middle = y + _THICK / 2
    base = size.get(BASE, State.SERVE if case.state == State.SERVE else State.WHOLE)
    times = f"{base.median / case.median:.1f} times as fast" if base and kind != "base" else ""
    wide = f"{max(case.median * unit, 1):.1f}"
    after = f'<tspan class="few" dx="8">{times}</tspan>' if times else ""
    return [
        f'  <text x="{_LEFT - 10}" y="{y + 13}" text-anchor="end">{escape(case.name)}</text>',
        f'  <rect class="{kind}" x="{_LEFT}" y="{y}" width="{wide}" height="{_THICK}" rx="2"/>',
        f'  <path class="span" d="M{low:.1f} {middle:.0f}H{high:.1f}"/>',
        f'  <text x="{high + 8:.1f}" y="{y + 13}">{case.median:.2f} s{after}</text>',
    ]


def _framed(size: Size, parts: list[str], height: int) -> str:
    said = "; ".join(
        f"{case.name}, {case.state}: {case.median:.2f}" for case in size.cases if not case.fault
    )
    frame = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {frame} {_ROLE}>',
            f'  <title id="t">{title(size)}</title>',
            f'  <desc id="d">{escape(said)}</desc>',
            f"  <style>\n{_STYLE}\n  </style>",
            *parts,
            "</svg>\n",
        ]
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
