"""One comment as its file: written, read by the quick reader and by the careful one."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import make_site

from cmflow import comment_file, mkdocs_yml, safe
from cmflow.thread import Comment, Speaker, Status

texts = st.text(max_size=60)
lines = texts.map(safe.name)
times = st.datetimes(min_value=dt.datetime(1000, 1, 1)).map(  # noqa: DTZ001  # made aware below
    lambda when: when.replace(microsecond=0, tzinfo=dt.UTC)
)
comments = st.builds(
    Comment,
    id=lines.filter(bool),
    author=st.builds(Speaker, lines, lines, lines),
    published=times,
    status=st.sampled_from(Status),
    text=texts.map(safe.kept),
    url=lines,
    reply_to=lines,
    source=lines,
    edited=st.none() | times,
    team=st.booleans(),
    held_for=st.lists(st.sampled_from(["all", "new-voice", "links"]), unique=True).map(tuple),
    reason=lines,
    settled=st.booleans(),
    redacted=st.booleans(),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return mkdocs_yml.load(make_site(tmp_path_factory.mktemp("site"), {}))[0]


def careful(settings, written):
    path = settings.root / "one.md"
    path.write_bytes(written.encode("utf-8", "surrogatepass"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comment_file, "parse", lambda _written: None)
        return comment_file.load(path, settings, [])


@given(comment=comments)
def test_what_is_written_is_read_back_by_both_readers(settings, comment):
    written = comment_file.text(comment)
    read = careful(settings, written)
    assert read is not None
    quick = comment_file.parse(written)
    assert quick is None or quick == read
    assert comment_file.text(read) == written
    assert read.text == comment.text


@given(comment=comments, at=st.integers(0, 300), new=st.text(max_size=3))
def test_where_the_quick_reader_understands_it_agrees_with_the_careful_one(
    settings, comment, at, new
):
    written = comment_file.text(comment)
    changed = written[:at] + new + written[at + len(new) :]
    quick = comment_file.parse(changed)
    if quick is not None:
        assert quick == careful(settings, changed)


def test_the_quick_reader_reads_an_ordinary_comment():
    comment = Comment(
        "place.example/1", Speaker('Zoé "la" \\ voile', "https://place.example/@zoe"),
        dt.datetime(2026, 11, 19, 9, tzinfo=dt.UTC), Status.HELD, "<p>Bonjour « ici »</p>",
        held_for=("all", "links"), source="place",
    )  # fmt: skip
    assert comment_file.parse(comment_file.text(comment)) == comment


@given(
    comment=comments,
    typed=st.lists(
        st.text("aAzno yesY:/.#@-~!'0,{}[]|&*%", max_size=8)
        | st.sampled_from(["yes", "No", "null", "Reader 0", "https://m.example/@a", "a: b", "off"]),
        min_size=2,
        max_size=2,
    ),
)
def test_what_a_person_typed_without_quotes_is_read_alike_by_both(settings, comment, typed):
    comment = msgspec.structs.replace(comment, id="one", author=Speaker("two"), source="")
    written = comment_file.text(comment)
    typed_in = written.replace('id: "one"', f"id: {typed[0]}", 1)
    typed_in = typed_in.replace('name: "two"', f"name: {typed[1]}", 1)
    quick = comment_file.parse(typed_in)
    if quick is not None:
        assert quick == careful(settings, typed_in)


def test_the_quick_reader_reads_what_a_person_typed():
    written = """---
id: m.example/569
author: {name: Reader 0, url: https://m.example/@reader0}
published: 2026-10-01T09:41:07Z
status: approved
---

Yes.
"""
    read = comment_file.parse(written)
    assert read is not None
    assert (read.id, read.author.name) == ("m.example/569", "Reader 0")
    assert read.author.url == "https://m.example/@reader0"
