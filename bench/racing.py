"""One tool on one blog: what is measured of it, round by round, each time from the right state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import blogs
import figures
import msgspec
import peers
import serving
import watching

SLOW = 60.0
"""What takes more seconds than that is measured only `FEW` times."""

FEW = 2

_NEW = 900_000_000


class Racer:
    """A tool and its blog, which a round leaves as the next one needs it."""

    def __init__(self, tool: peers.Tool, folder: Path, posts: list[blogs.Post]) -> None:
        self.tool = tool
        self.cases: dict[figures.State, figures.Case] = {}
        self._folder, self._posts = folder, len(posts)
        self._post = posts[len(posts) // 2]
        self._primed = False
        tool.write(folder, posts)
        self._source = folder / tool.source.format(slug=self._post.slug)
        self._text = self._source.read_text("utf-8")

    def round(self, number: int, runs: int) -> None:
        """Measure everything once: cold, after an edit, after a comment, with the server."""
        steps: list[tuple[figures.State, object, Callable[[int], watching.Used]]] = [
            (figures.State.WHOLE, True, self._whole),
            (figures.State.EDIT, self.tool.again, self._edited),
            (figures.State.COMMENT, self.tool.comments is not None, self._commented),
            (figures.State.SERVE, self.tool.serve, self._served),
        ]
        for state, can, measure in steps:
            if can and self._wants(state, runs):
                self._note(state, measure(number))

    def _wants(self, state: figures.State, runs: int) -> bool:
        """Tell whether a measurement is still to be made; of what failed, nothing is."""
        whole, case = self.cases.get(figures.State.WHOLE), self.cases.get(state)
        if (whole and whole.fault) or (case and case.fault):
            return False
        done = case.seconds if case else []
        return len(done) < (FEW if max(done, default=0) > SLOW else runs)

    def _note(self, state: figures.State, used: watching.Used) -> None:
        case = self.cases.get(state) or figures.Case(self.tool.name, state, self._posts)
        self.cases[state] = msgspec.structs.replace(
            case,
            seconds=[*case.seconds, used.seconds],
            processor=[*case.processor, used.processor],
            memory=[*case.memory, used.memory],
            pages=self._pages(),
            fault=used.fault,
        )

    def _pages(self) -> int:
        return sum(1 for _ in (self._folder / self.tool.output).rglob("*.html"))

    def _whole(self, number: int) -> watching.Used:
        """Build as if never before: no output, and nothing that was kept."""
        former = self._folder.with_name(f"{self._folder.name}-before-{number}")
        for name in self.tool.kept:
            path = self._folder / name
            # Not deleted: ext4 without a journal goes past every file that was deleted in the last
            # minute, one by one, before it makes a new one (fs/ext4/ialloc.c, recently_deleted).
            if path.exists():
                (former / name).parent.mkdir(parents=True, exist_ok=True)
                path.rename(former / name)
        self._primed = self.tool.again == self.tool.build
        used = watching.run(list(self.tool.build), self._folder)
        if not used.fault and not self._pages():
            return msgspec.structs.replace(used, fault="failed: no page was made")
        return used

    def _edited(self, number: int) -> watching.Used:
        """Build after a build and a paragraph more in a post."""
        if not self._primed:
            watching.run(list(self.tool.again), self._folder)
            self._primed = True
        return self._again(self._edit(f"edit-{number}"))

    def _commented(self, number: int) -> watching.Used:
        """Build after a build and one more comment under the same post."""
        words = f"comment-{number}"
        blogs.comment(self._folder, self._post.slug, _NEW + number, number, f" Words of {words}.")
        return self._again(words)

    def _served(self, number: int) -> watching.Used:
        """Let the server show a paragraph more in a post."""
        return serving.measure(
            self.tool.serve,
            self._folder,
            self.tool.page_of(self._post),
            lambda: self._edit(f"served-{number}"),
        )

    def _edit(self, words: str) -> str:
        """Put a paragraph at the end of the post, in the place of the one of the last round."""
        self._source.write_text(f"{self._text}\n\nWords of {words}.\n", "utf-8")
        return words

    def _again(self, words: str) -> watching.Used:
        """Build, and see whether the page holds the words."""
        used = watching.run(list(self.tool.again), self._folder)
        page = self._folder / self.tool.output / self.tool.page_of(self._post)
        if not used.fault and not (page.is_file() and words in page.read_text("utf-8")):
            return msgspec.structs.replace(used, fault="failed: the page does not hold the change")
        return used
