"""What a site's files hold: seen by their digests, read only when they were touched."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cmflow import book, snapshot
from cmflow.snapshot import Former

NEVER = Former()


def look(root: Path, former: Former = NEVER):
    return snapshot.take(root, [root / "content"], [root / "mkdocs.yml"], former)


@pytest.fixture
def root(tmp_path):
    for name, text in (("content/a.md", "A"), ("content/b/c.md", "C"), ("mkdocs.yml", "x: 1")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return tmp_path


def later(marks):
    """A snapshot that was taken long after the files were written."""
    return Former(dict(marks), time.time_ns() + 10**10)


def test_files_are_named_from_the_root_and_missing_ones_left_out(root):
    found = snapshot.take(
        root, [root / "content"], [root / "share.yml", root / "mkdocs.yml"], Former()
    )
    assert set(found) == {"content/a.md", "content/b/c.md", "mkdocs.yml"}


def test_what_was_not_touched_is_not_read_again(root):
    former = later(look(root))
    (root / "content" / "a.md").chmod(0)
    stat = (root / "content" / "a.md").stat()
    marks = dict(former.marks)
    marks["content/a.md"] = snapshot.Mark(1, stat.st_mtime_ns, stat.st_ctime_ns, b"as it was")
    assert look(root, Former(marks, former.taken))["content/a.md"].digest == b"as it was"


def test_a_file_of_another_time_is_read_again(root):
    former = later(look(root))
    (root / "content" / "a.md").write_text("B")
    os.utime(root / "content" / "a.md", (1_700_000_000, 1_700_000_000))
    # Size and time of writing are those of before; what the system notes by itself is not.
    assert snapshot.changed(former.marks, look(root, former)) == {"content/a.md"}


def test_a_file_as_young_as_the_snapshot_is_read_again(root):
    (root / "content" / "a.md").write_text("1")
    first = look(root)
    stat = (root / "content" / "a.md").stat()
    marks = dict(first)
    marks["content/a.md"] = snapshot.Mark(1, stat.st_mtime_ns, stat.st_ctime_ns, b"as it was")
    assert look(root, Former(marks, time.time_ns()))["content/a.md"] == first["content/a.md"]


def test_what_came_went_or_is_other_has_changed(root):
    before = look(root)
    (root / "content" / "a.md").unlink()
    (root / "content" / "new.md").write_text("N")
    (root / "mkdocs.yml").write_text("x: 2")
    assert snapshot.changed(before, look(root)) == {"content/a.md", "content/new.md", "mkdocs.yml"}


def test_a_touch_without_a_change_is_none(root):
    before = look(root)
    os.utime(root / "content" / "a.md")
    assert snapshot.changed(before, look(root, later(before))) == frozenset()


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_circle_of_links_is_walked_once(root):
    (root / "content" / "b" / "up").symlink_to(root / "content", target_is_directory=True)
    assert {name for name in look(root) if "up/b/up/b" in name} == set()


def test_a_book_that_cannot_be_read_is_empty(tmp_path):
    path = tmp_path / "book"
    book.save(book.Book(base=b"1", unseen=False), path)
    assert book.load(path).base == b"1"
    path.write_bytes(path.read_bytes()[:-3])
    assert book.load(path) == book.Book()
    path.write_bytes(b"")
    assert book.load(path).unseen
    assert book.load(tmp_path / "none") == book.Book()


@pytest.mark.parametrize(
    ("shift", "size", "stands"), [(0, 3, True), (900, 3, True), (5_000, 3, False), (0, 4, False)]
)
def test_a_file_stands_as_it_was_left_though_an_archive_rounds_its_time(
    tmp_path, shift, size, stands
):
    (tmp_path / "a.html").write_text("abc")
    seen = book.look(tmp_path / "a.html")
    entry = book.Entry(b"key", (), size, seen[1] + shift)
    assert book.stands(entry, str(tmp_path), "a.html") is stands
    assert not book.stands(entry, str(tmp_path), "b.html")
