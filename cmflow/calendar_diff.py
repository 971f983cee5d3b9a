"""What a branch changes in the calendar, in Markdown: for the comment on a pull request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from cmflow.catalogue import Catalogue
from cmflow.errors import Finding, Message, say
from cmflow.labels import STAGES
from cmflow.safe import markdown
from cmflow.schedule import Calendar, Entry, Kind, Moment, Slot, Stage

_POSTS = (Kind.POST, Kind.EVENT)


def compare(
    before: Calendar, after: Calendar, words: Catalogue, worse: Sequence[Finding] = ()
) -> str:
    """Return slots filled, moved and emptied and new collisions; empty where nothing changes.

    `worse` are the findings about the calendar that the branch adds.
    """
    return "\n".join(_Comparison(before, after, words, worse).lines())


def added(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that were not there before, wherever their lines have moved."""
    known = {(finding.rule, finding.path, finding.message.show()) for finding in before}
    return tuple(f for f in after if (f.rule, f.path, f.message.show()) not in known)


class _Comparison:
    def __init__(
        self, before: Calendar, after: Calendar, words: Catalogue, worse: Sequence[Finding]
    ) -> None:
        self.before = before
        self.after = after
        self.words = words
        self.worse = worse
        self.old = _known(before)
        self.new = _known(after)
        self.titles = {e.slug: e.title for e in (*before.entries, *after.entries) if e.slug}

    def lines(self) -> Iterator[str]:
        sections = (
            (say("Moved"), list(self._moved())),
            (say("New in the calendar"), list(self._new())),
            (say("No longer in the calendar"), list(self._gone())),
            (say("How far it has come"), list(self._stages())),
            (say("Slots that are filled now"), list(self._filled())),
            (say("Slots that are empty now"), list(self._emptied())),
            (say("To look at"), [self._finding(finding) for finding in self.worse]),
        )
        if not any(found for _, found in sections):
            return
        title = self.words.gettext("What this changes in the calendar")
        yield f"## {title}"
        for head, found in sections:
            if found:
                yield from ("", f"### {self.words.show(head)}", "", *found)

    def _moved(self) -> Iterator[str]:
        for uid, entry in self.new.items():
            was = self.old.get(uid)
            if was is not None and was.start != entry.start:
                yield self._bullet(
                    say("{what}: {after}, no longer {before}", what=self._title(entry.title),
                        after=self._when(entry.start), before=self._when(was.start))
                )  # fmt: skip

    def _new(self) -> Iterator[str]:
        for uid, entry in self.new.items():
            if uid not in self.old:
                what = self._title(entry.title)
                if entry.stage is None:
                    yield self._bullet(
                        say("{what}: {when}", what=what, when=self._when(entry.start))
                    )
                else:
                    yield self._bullet(
                        say("{what}: {when}, {stage}", what=what, when=self._when(entry.start),
                            stage=self._stage(entry.stage))
                    )  # fmt: skip

    def _gone(self) -> Iterator[str]:
        for uid, entry in self.old.items():
            if uid not in self.new:
                yield self._bullet(
                    say("{what}: {when}", what=self._title(entry.title),
                        when=self._when(entry.start))
                )  # fmt: skip

    def _stages(self) -> Iterator[str]:
        for uid, entry in self.new.items():
            was = self.old.get(uid)
            if was is not None and was.stage is not entry.stage and was.stage and entry.stage:
                yield self._bullet(
                    say("{what}: {after}, no longer {before}", what=self._title(entry.title),
                        after=self._stage(entry.stage), before=self._stage(was.stage))
                )  # fmt: skip

    def _filled(self) -> Iterator[str]:
        old = _slots(self.before)
        for key, slot in _slots(self.after).items():
            was = old.get(key)
            if not slot.is_gap and was is not None and was.slug != slot.slug:
                yield self._bullet(
                    say("{slot}, {when}: {what}", slot=self._title(slot.title),
                        when=self._when(slot.start),
                        what=self._title(self.titles.get(slot.slug, slot.slug)))
                )  # fmt: skip

    def _emptied(self) -> Iterator[str]:
        old = _slots(self.before)
        for key, slot in _slots(self.after).items():
            was = old.get(key)
            if slot.is_gap and slot.start > self.after.now and (was is None or not was.is_gap):
                yield self._bullet(
                    say("{slot}, {when}", slot=self._title(slot.title),
                        when=self._when(slot.start))
                )  # fmt: skip

    def _finding(self, finding: Finding) -> str:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        return f"- {markdown(self.words.show(finding.message))} ({markdown(place)})"

    def _bullet(self, message: Message) -> str:
        return f"- {self.words.show(message)}"

    def _title(self, title: str) -> str:
        return f"**{markdown(title)}**" if title.strip() else "—"

    def _stage(self, stage: Stage) -> str:
        return self.words.show(STAGES[stage])

    def _when(self, when: Moment) -> str:
        return (
            self.words.moment(when) if isinstance(when, dt.datetime) else self.words.day(when)
        )  # fmt: skip


def _known(calendar: Calendar) -> dict[str, Entry]:
    """Return by uid what is compared; the order is that of the calendar."""
    return {entry.uid: entry for entry in calendar.entries if entry.kind in _POSTS}


def _slots(calendar: Calendar) -> dict[tuple[str, dt.datetime], Slot]:
    return {(slot.cadence, slot.start): slot for slot in calendar.slots}
