"""What came from outside, made harmless."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow.safe import address, clean, escape_name, kept, script_json, written_json


@pytest.mark.parametrize("url", ["https://a.example/x", "http://a.example", "mailto:a@b.example"])
def test_addresses_of_the_web_and_of_mail_pass(url):
    assert address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "java\tscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,<script>", "vbscript:x",
        "file:///etc/passwd", "//evil.example", "", "x", "https://[", "http://a b",
    ],
)  # fmt: skip
def test_every_other_address_is_refused(url):
    assert address(url) == ""


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>", "<iframe srcdoc='<script>'></iframe>",
        "<style>@import 'x'</style>", "<p style='background:url(x)' onclick='x'>y</p>",
        "<a href='&#106;avascript:alert(1)'>x</a>", "<math><mtext><script>", "<form action=x><input>",
    ],
)  # fmt: skip
def test_cleaned_html_can_do_nothing(html):
    done = clean(html).lower()
    assert all(
        bad not in done
        for bad in (
            "<script",
            "onerror",
            "onload",
            "onclick",
            "javascript:",
            "<img",
            "<style",
            "style=",
            "<iframe",
            "<form",
            "<input",
        )
    )


def test_cleaned_html_keeps_what_people_say_and_passes_no_credit_on():
    done = clean('<p>Oui <em>très</em> <a href="https://a.example">ici</a></p>')
    assert (
        done
        == '<p>Oui <em>très</em> <a href="https://a.example" rel="nofollow ugc noopener">ici</a></p>'
    )


@given(st.text())
def test_json_in_a_script_reads_back_and_closes_nothing(text):
    written = script_json({"name": text})
    assert json.loads(written) == {"name": text}
    assert not set("<>&") & set(written)


@given(st.text())
def test_an_escaped_name_holds_no_markup(text):
    assert not set('<>"') & set(escape_name(text))


def test_lists_within_lists_without_end_are_read_as_text():
    text = kept("<ul><li>" * 20_000 + "là")
    assert "là" in text
    assert len(text) < 100


JSON = st.recursive(
    st.text() | st.integers(-(2**53), 2**53) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON | st.text(st.characters()))
def test_json_is_written_as_the_standard_library_writes_it(data):
    assert written_json(data) == json.dumps(data, ensure_ascii=False, indent=1)


@given(st.text("ab>&;\x00\r\n\xa0\u2028é", max_size=12))
def test_text_that_needs_no_cleaning_is_what_cleaning_leaves(text):
    cleaned = nh3.clean(text, tags=set())
    assert clean(text) == cleaned


@given(st.text("ahtps:/.-@?#[]% \n\x00é", max_size=20).map("http".__add__))
def test_an_address_is_taken_as_urls_are_read(url: str):
    try:
        known = urlsplit(url.strip()).scheme in {"http", "https", "mailto"}
    except ValueError:
        known = False
    bare = url.strip()
    fine = known and " " not in bare and bare.isprintable()
    assert address(url) == (bare if fine else "")
