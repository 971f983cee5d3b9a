"""What a Markdown text points at, with the line on which it does."""

from __future__ import annotations

import time

from cmflow import prose


def test_every_link_has_its_line():
    found = prose.read(
        "Un [a](a.md)\net [b](b.md).\n\n- x\n- [c](c.md)\n\n| t |\n|---|\n| [d](d.md) |\n\n"
        "> [e][e]\n\n[e]: e.md\n\n<p>\n<a href='f.md'>f</a>\n</p>\n",
        10,
    )
    assert [(link.href, link.line) for link in found.links] == [
        ("a.md", 10), ("b.md", 11), ("c.md", 14), ("d.md", 18), ("e.md", 20), ("f.md", 25),
    ]  # fmt: skip


def test_a_linked_picture_is_both():
    found = prose.read("x\n[![Le quai](quai.jpg)](https://x.example)\n", 1)
    assert [(i.src, i.alt, i.line) for i in found.images] == [("quai.jpg", "Le quai", 2)]
    assert [(link.href, link.line) for link in found.links] == [("https://x.example", 2)]


def test_code_comments_and_footnotes_hold_no_links():
    found = prose.read("`[a](a)` <!-- [b](b) -->[^1]\n\n```\n[c](c)\n```\n\n[^1]: mot\n", 1)
    assert found.links == ()
    assert [comment.text for comment in found.comments] == ["<!-- [b](b) -->"]


def test_ids_are_those_of_headings_lists_of_attributes_and_html():
    found = prose.read("## Le fil { #fil .grand }\n\nMot\n{ #mot }\n\n<a name='n'></a>\n", 1)
    assert found.ids == {"fil", "mot", "n"}
    assert found.headings[0] == prose.Heading("Le fil", "fil", 1)


def test_what_html_loads_is_named_with_its_line():
    found = prose.read(
        "x\n\n<iframe\n src='https://v.example'></iframe>\n<script src=a.js></script>\n", 1
    )
    assert [(e.tag, e.src, e.line) for e in found.embeds] == [
        ("iframe", "https://v.example", 3),
        ("script", "a.js", 5),
    ]


def test_comments_without_end_take_no_time():
    begun = time.perf_counter()
    prose.read("<!--" * 100_000, 1)
    assert time.perf_counter() - begun < 5
