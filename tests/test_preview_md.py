"""A preview for a pull request: GitHub's Markdown, in which no text calls anybody or breaks out."""

from __future__ import annotations

from markdown_it import MarkdownIt
from msgspec.structs import replace
from test_preview import EN, WICKED, shown

from cmflow.preview_md import as_markdown

HTML = MarkdownIt("commonmark").enable("table")


def rendered(text):
    return HTML.render(text)


def test_each_channel_shows_its_words_in_a_fence_and_its_count():
    text = as_markdown(shown(on=("mastodon", "bluesky")), EN)
    assert text.startswith("### Le sac de Noé : un essai\n\n**mastodon · Mastodon**\n\n```text\n")
    assert "/500" in text
    assert "/300" in text
    assert rendered(text).count("<pre>") >= 2


def test_no_words_leave_their_fence():
    (one,) = shown(on=("mastodon",))
    wicked = f"```\n@zoe {WICKED}\n````\n~~~\n# Titre"
    one = replace(one, title=f"@zoe {WICKED} `x", parts=(replace(one.parts[0], text=wicked),))
    html = rendered(as_markdown([one], EN))
    assert "<script>" not in html
    assert "<h1>" not in html
    assert html.count("<pre>") == 1 + bool(one.card)
    assert "@zoe" not in html.partition("<pre>")[0], "a title calls nobody"


def test_a_fault_is_told_with_its_place():
    (one,) = shown("notes:\n  x: {text: '" + "a" * 400 + "'}\n", on=("x",))
    text = as_markdown([one], EN)
    assert "- " in text
    assert one.findings[0].path.rpartition("/")[2].removesuffix(".md").replace("-", "\\-") in text


def test_nothing_is_nothing():
    assert as_markdown([], EN) == ""
