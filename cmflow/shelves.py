"""Which shelf the settings name."""

from __future__ import annotations

import uuid

from cmflow import ledger_branch
from cmflow.errors import failure, say
from cmflow.gitshelf import GitShelf
from cmflow.review import ReviewShelf
from cmflow.settings import Settings
from cmflow.shelf import FileShelf, Shelf


def shelf_of(settings: Settings) -> Shelf:
    """Return the shelf of a site; raises `CmflowError`."""
    if settings.cmflow.ledger.store != "git":
        return FileShelf(settings)
    return GitShelf(_branch(settings), settings, uuid.uuid4().hex)


def review_of(settings: Settings) -> ReviewShelf:
    """Return the shelf on which what is held waits for a review; raises `CmflowError`."""
    if settings.cmflow.ledger.store != "git":
        raise failure(
            settings.config.name,
            say("A review needs git, and the ledger is kept in files."),
            say("Write “{example}” in the settings.", example="ledger: {store: git}"),
        )
    return ReviewShelf(_branch(settings), settings, uuid.uuid4().hex)


def _branch(settings: Settings) -> ledger_branch.Branch:
    where = settings.cmflow.ledger
    return ledger_branch.branch_of(settings.community, settings.root, where.branch, where.remote)
