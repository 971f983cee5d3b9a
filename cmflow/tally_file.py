"""The reactions of a post as a file, `reactions/<slug>.yml`: a line per channel, no names."""

from __future__ import annotations

from collections.abc import Mapping

from cmflow import frontmatter
from cmflow.decode import decode
from cmflow.scalars import quoted
from cmflow.thread import Tally

FOLDER = "reactions"
"""The folder of the reactions, below `content/community`."""


def path_of(slug: str) -> str:
    """Return the path of a post's reactions below `content/community`, with slashes."""
    return f"{FOLDER}/{slug}.yml"


def text(tallies: Mapping[str, Tally]) -> str:
    """Write the reactions of a post; what was never seen is left out."""
    lines = []
    for channel, tally in sorted(tallies.items()):
        counts = ((name, getattr(tally, name)) for name in Tally.__struct_fields__)
        shown = ", ".join(f"{name}: {count}" for name, count in counts if count)
        lines.append(f"{quoted(channel)}: {{{shown}}}\n")
    return "".join(lines)


def parse(data: bytes) -> dict[str, Tally]:
    """Read the reactions of a post; a line that makes no sense is counted anew by the next run."""
    try:
        content = frontmatter.load_yaml(data)
    except frontmatter.UNREADABLE:
        return {}
    found: dict[str, Tally] = {}
    for channel, counts in content.items() if isinstance(content, dict) else ():
        tally, problems = decode(counts if isinstance(counts, dict) else {}, Tally)
        if tally is not None and not problems and isinstance(channel, str):
            found[channel] = tally
    return found
