"""What earlier builds made, by a digest of everything that it was made of.

A thing in the larder is never out of date: whoever has another setting, text or version asks for
another key. So a larder may be lost at any time, and several builds may use one at once.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from hashlib import blake2b
from pathlib import Path

import msgspec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_TABLES = """
CREATE TABLE IF NOT EXISTS kept (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key BLOB NOT NULL, data BLOB NOT NULL,
  UNIQUE (kind, key)
);
CREATE TABLE IF NOT EXISTS used (id INTEGER PRIMARY KEY, build INTEGER NOT NULL);
"""
_GENERATIONS = 3
"""A thing that so many builds did not ask for may be thrown away: an undone edit costs nothing."""
_LUMP = 8_000_000
_PATIENCE = 10.0
_LOST = (sqlite3.Error, OSError)
"""What a larder on a full, locked or foreign disk raises: a build does without it."""


def digest(*parts: bytes | str) -> bytes:
    """Return a key of 16 bytes for parts, each told from the next."""
    made = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(len(data).to_bytes(8, "little"))
        made.update(data)
    return made.digest()


def digest_of(value: object) -> bytes:
    """Return a key for data that msgspec can write; the order of a mapping's keys is none."""
    return digest(msgspec.msgpack.encode(value, order="deterministic"))


_COMPRESSOR = zstd.ZstdCompressor(
    options={
        zstd.CompressionParameter.compression_level: 1,
        zstd.CompressionParameter.checksum_flag: 1,
    }
)
"""One for all things: to make one costs more than to compress a small thing."""


def pack(data: bytes) -> bytes:
    """Make data small, as a larder keeps it: a worker may do it for its parent."""
    return _COMPRESSOR.compress(data, zstd.ZstdCompressor.FLUSH_FRAME)


class Larder:
    """Keeps data in one SQLite file; a file that is damaged is thrown away and begun anew.

    `get` and `put` may be called in a forked worker as well; what it puts is lost with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._owner = 0
        self._database: sqlite3.Connection | None = None
        self._ids: dict[str, dict[bytes, int]] = {}
        self._new: dict[tuple[str, bytes], bytes] = {}
        self._size = 0
        self._touched: set[int] = set()

    def get(self, kind: str, key: bytes) -> bytes | None:
        """Return what is kept under a key, or nothing."""
        waiting = self._new.get((kind, key))
        if waiting is not None:
            return zstd.decompress(waiting)
        id_ = self._known(kind).get(key)
        if id_ is None:
            return None
        try:
            row = self._open().execute("SELECT data FROM kept WHERE id = ?", (id_,)).fetchone()
            data = zstd.decompress(row[0]) if row else None
        except _LOST:
            return None
        except zstd.ZstdError:
            del self._known(kind)[key]  # so that it can be put again
            return None
        self._touched.add(id_)
        return data

    def has(self, kind: str, key: bytes) -> bool:
        """Tell whether something is kept under a key, and have it stay."""
        id_ = self._known(kind).get(key)
        if id_ is not None:
            self._touched.add(id_)
        return id_ is not None or (kind, key) in self._new

    def put(self, kind: str, key: bytes, data: bytes, *, packed: bool = False) -> None:
        """Keep data under a key; `packed` where `pack` has been over it."""
        if key in self._known(kind):
            return
        small = data if packed else pack(data)
        self._new[kind, key] = small
        self._size += len(small)
        if self._size > _LUMP:
            self._write()

    def close(self, *, prune: bool) -> None:
        """Write what is new; with `prune` throw away what several such builds did not ask for.

        But only where it is more than what this one asked for.
        """
        self._write()
        if self._database is None:
            return
        with contextlib.suppress(*_LOST):
            if prune:
                self._prune(self._database)
            self._database.close()
        self._database = None
        self._ids.clear()
        self._touched.clear()

    def drop(self) -> None:
        """Throw everything away."""
        if self._database is not None:
            self._database.close()
        self._database = None
        self._ids, self._new, self._size, self._touched = {}, {}, 0, set()
        _remove(self._path)

    def _known(self, kind: str) -> dict[bytes, int]:
        if kind not in self._ids:
            try:
                rows = self._open().execute("SELECT key, id FROM kept WHERE kind = ?", (kind,))
                self._ids[kind] = dict(rows.fetchall())
            except _LOST:
                self._ids[kind] = {}
        return self._ids[kind]

    def _write(self) -> None:
        new, self._new, self._size = self._new, {}, 0
        if not new:
            return
        rows = [(kind, key, data) for (kind, key), data in new.items()]
        with contextlib.suppress(*_LOST):
            database = self._open()
            with database:
                database.executemany(
                    "INSERT INTO kept (kind, key, data) VALUES (?, ?, ?)"
                    " ON CONFLICT (kind, key) DO UPDATE SET data = excluded.data",
                    rows,
                )
            for kind in {kind for kind, _, _ in rows}:
                del self._ids[kind]
                known = self._known(kind)
                self._touched |= {known[key] for of, key, _ in rows if of == kind and key in known}

    def _prune(self, database: sqlite3.Connection) -> None:
        with database:
            (last,) = database.execute("SELECT coalesce(max(build), 0) FROM used").fetchone()
            database.executemany(
                "INSERT OR REPLACE INTO used VALUES (?, ?)",
                ((id_, last + 1) for id_ in self._touched),
            )
            (spare,) = database.execute(
                "SELECT sum(iif(build > ?, -length(data), length(data)))"
                " FROM kept LEFT JOIN used USING (id)",
                (last,),
            ).fetchone()
            if (spare or 0) <= 0:
                return
            database.execute("DELETE FROM used WHERE build <= ?", (last + 1 - _GENERATIONS,))
            database.execute("DELETE FROM kept WHERE id NOT IN (SELECT id FROM used)")

    def _open(self) -> sqlite3.Connection:
        """Return the connection of this process: SQLite's do not survive a fork."""
        if self._database is None or self._owner != os.getpid():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._database = _connected(self._path)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                _remove(self._path)
                self._database = _connected(self._path)
            self._owner = os.getpid()
        return self._database


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE)
    # What a power cut spoils is found out by its checksum, and made again.
    database.execute("PRAGMA synchronous = OFF")
    database.executescript(_TABLES)
    database.execute("SELECT id FROM kept LIMIT 1").fetchone()
    return database


def _remove(path: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
