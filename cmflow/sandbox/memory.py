"""What the sandbox remembers, in one SQLite file: accounts, statuses, records, pictures, marks."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cmflow.text import slugify

_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS account (
  id INTEGER PRIMARY KEY, network TEXT NOT NULL, handle TEXT NOT NULL, name TEXT NOT NULL,
  created TEXT NOT NULL, UNIQUE (network, handle));
CREATE TABLE IF NOT EXISTS status (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, text TEXT NOT NULL, warning TEXT NOT NULL,
  sensitive INTEGER NOT NULL, visibility TEXT NOT NULL, language TEXT NOT NULL, parent INTEGER,
  media TEXT NOT NULL, created TEXT NOT NULL, edited TEXT);
CREATE TABLE IF NOT EXISTS media (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, kind TEXT NOT NULL, alt TEXT NOT NULL,
  data BLOB NOT NULL, status INTEGER);
CREATE TABLE IF NOT EXISTS mark (
  status INTEGER NOT NULL, account INTEGER NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (status, account, kind));
CREATE TABLE IF NOT EXISTS quote (status INTEGER PRIMARY KEY, quoted INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS idempotency (
  account INTEGER NOT NULL, key TEXT NOT NULL, status INTEGER NOT NULL, created TEXT NOT NULL,
  PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS record (
  did TEXT NOT NULL, collection TEXT NOT NULL, rkey TEXT NOT NULL, cid TEXT NOT NULL,
  value TEXT NOT NULL, indexed TEXT NOT NULL, PRIMARY KEY (did, collection, rkey));
CREATE TABLE IF NOT EXISTS blob (
  did TEXT NOT NULL, cid TEXT NOT NULL, kind TEXT NOT NULL, data BLOB NOT NULL,
  claimed INTEGER NOT NULL, PRIMARY KEY (did, cid));
"""


class Person(msgspec.Struct, frozen=True):
    """An account on one of the two networks."""

    id: int
    network: str
    handle: str
    name: str
    created: dt.datetime


class Memory:
    """The one file; `change` is a transaction, so that a request is kept whole or not at all."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The server lets one request at a time come here.
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.row_factory = sqlite3.Row
        # A killed process loses nothing so; only a power cut could, and that is no matter here.
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Keep everything that is done within, or nothing of it."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def all(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        return self._base.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> sqlite3.Row | None:
        """Return the first row of a query."""
        row: sqlite3.Row | None = self._base.execute(query, values).fetchone()
        return row

    def count(self, query: str, *values: object) -> int:
        """Return the number that a query counts."""
        row = self.one(query, *values)
        return int(row[0]) if row else 0

    def changes(self) -> int:
        """Return how many rows were changed since the file was opened."""
        return self._base.total_changes

    def run(self, query: str, *values: object) -> None:
        """Change rows."""
        self._base.execute(query, values)

    def keep(self, name: str, value: str) -> str:
        """Return what was kept under a name, which is `value` the first time."""
        self.run("INSERT OR IGNORE INTO kept VALUES (?, ?)", name, value)
        row = self.one("SELECT value FROM kept WHERE name = ?", name)
        return str(row["value"]) if row else value

    def new_id(self, now: dt.datetime) -> int:
        """Return the next id: the milliseconds since 1970, and a number below them.

        See https://docs.joinmastodon.org/api/guidelines/ ("snowflake" ids grow with time).
        """
        last = int(self.keep("last-id", "0"))
        number = max(int(now.timestamp() * 1000) << 16, last + 1)
        self.run("UPDATE kept SET value = ? WHERE name = 'last-id'", str(number))
        return number

    def person(self, network: str, handle: str, name: str, now: dt.datetime) -> Person:
        """Return the account of a handle, which exists from the first time it is named."""
        created = now.isoformat()
        self.run(
            "INSERT OR IGNORE INTO account (network, handle, name, created) VALUES (?, ?, ?, ?)",
            network, handle, name, created,
        )  # fmt: skip
        row = self.one("SELECT * FROM account WHERE network = ? AND handle = ?", network, handle)
        assert row is not None  # noqa: S101  # it was written above
        return _person(row)

    def reader(self, network: str, name: str, suffix: str, now: dt.datetime) -> Person:
        """Return the account of a name; two names that make one handle are two accounts."""
        row = self.one("SELECT * FROM account WHERE network = ? AND name = ?", network, name)
        if row:
            return _person(row)
        handles = (f"{handle_of(name)}{f'-{at}' if at else ''}{suffix}" for at in itertools.count())
        free = next(one for one in handles if self.known(network, one) is None)
        return self.person(network, free, name, now)

    def known(self, network: str, handle: str) -> Person | None:
        """Return the account of a handle, if there is one."""
        row = self.one("SELECT * FROM account WHERE network = ? AND handle = ?", network, handle)
        return _person(row) if row else None

    def person_of(self, id_: int) -> Person:
        """Return the account of an id that another row names."""
        row = self.one("SELECT * FROM account WHERE id = ?", id_)
        assert row is not None  # noqa: S101  # accounts are never deleted
        return _person(row)


def _person(row: sqlite3.Row) -> Person:
    created = dt.datetime.fromisoformat(row["created"])
    return Person(row["id"], row["network"], row["handle"], row["name"], created)


def handle_of(name: str) -> str:
    """Make a handle of the name of a reader: Zoé d’Arc is zoe-d-arc."""
    return slugify(name, longest=30) or "reader"


def ids(written: str) -> list[int]:
    """Read a list of ids out of a column."""
    return [int(one) for one in json.loads(written)]


class Here(msgspec.Struct, frozen=True):
    """Where and when a request is answered: the memory, the time, and our own address."""

    memory: Memory
    now: dt.datetime
    base: str
