"""Where the ledger is kept: what `save` took is durable; it refuses where another was quicker."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import filelock

from cmflow import ledger_file, pause
from cmflow.errors import Finding, failure, say
from cmflow.ledger import Ledger, Pair, Receipt
from cmflow.pause import Pause

Kept = Receipt | Finding | None
"""What a store has of a pair: a receipt, one that makes no sense, or none."""


class Conflict(Exception):  # noqa: N818  # it is no error: another run was quicker
    """A receipt is no longer what it was when this run read it."""


class Store(Protocol):
    """Keeps receipts. `grace` is how long another run may still be about to make its call."""

    grace: dt.timedelta

    def opened(self) -> AbstractContextManager[None]:
        """Hold the store for one run; raises `CmflowError` where another run holds it."""

    def load(self) -> Ledger:
        """Read all receipts as they are now."""

    def read(self, pair: Pair) -> Kept:
        """Read one receipt, from no cache."""

    def save(self, receipt: Receipt, before: Kept, words: str) -> None:
        """Keep a receipt durably in place of `before`; raises `Conflict`, `CmflowError`."""

    def add(self, receipts: tuple[Receipt, ...], words: str) -> int:
        """Keep receipts where there are none; returns how many."""

    def pauses(self) -> tuple[Pause, ...]:
        """Read anew what suspends sending."""


class FileStore:
    """Keeps receipts in the folder of the site, for one machine."""

    # Some servers show a note late.
    grace = dt.timedelta(seconds=60)

    def __init__(self, receipts: Path, pause_file: Path, cache: Path, name: str) -> None:
        self._receipts = receipts
        self._pause = pause_file
        self._cache = cache
        self._name = name

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the machine's lock."""
        with locked(self._cache / "syndicate.lock"):
            yield

    def load(self) -> Ledger:
        """Read all receipts, those that did not change from the index."""
        return ledger_file.load(self._receipts, self._cache / "receipts.index", self._name)

    def read(self, pair: Pair) -> Kept:
        """Read one receipt."""
        return ledger_file.read(self._receipts, pair, self._name)

    def save(self, receipt: Receipt, before: Kept, words: str) -> None:  # noqa: ARG002  # a commit's
        """Write a receipt to the disk."""
        if self.read((receipt.slug, receipt.channel)) != before:
            raise Conflict
        self._write(receipt)

    def add(self, receipts: tuple[Receipt, ...], words: str) -> int:  # noqa: ARG002  # see above
        """Write receipts where there are none."""
        absent = [r for r in receipts if self.read((r.slug, r.channel)) is None]
        for receipt in absent:
            self._write(receipt)
        return len(absent)

    def _write(self, receipt: Receipt) -> None:
        try:
            ledger_file.write(self._receipts, receipt)
        except OSError as error:
            place = ledger_file.path_of(receipt.slug, receipt.channel)
            raise failure(
                f"{self._name}/{place}",
                say("The receipt cannot be written: {words}.", words=error.strerror or str(error)),
                say("Make room or look at the permissions, then run it again."),
            ) from error

    def pauses(self) -> tuple[Pause, ...]:
        """Read `pause.yml`."""
        return pause.read(self._pause)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the operating system's lock on a file; it ends with the process, however that ends.

    The file bears the name of the command that it keeps to one run at a time. Raises
    `CmflowError` where another run holds it, or where the disk knows no such locks: a mere file
    would outlive a run that was killed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(path, timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise failure(
            path.stem,
            say("Another run is at work."),
            say("Wait until it has ended; whatever it leaves is done by the next run."),
        ) from None
    except OSError as error:
        raise failure(
            path.name,
            say("The lock cannot be taken: {words}.", words=error.strerror or str(error)),
            say("Look at the permissions; keep the site on a disk of this machine."),
        ) from None
    try:
        yield
    finally:
        lock.release()
