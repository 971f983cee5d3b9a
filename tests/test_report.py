"""Findings as people, programs and GitHub read them."""

from __future__ import annotations

import io
import json

import pytest

from cmflow.catalogue import catalogue
from cmflow.errors import Finding, Fix, Level, say
from cmflow.report import FORMATS, as_json, failed, github, text, wants_colour

WORDS = catalogue("en")

COLON = Finding(
    "front-matter",
    "content/blog/posts/voile.md",
    2,
    say("The value of “{key}” contains a colon.", key="title"),
    say("Write the line like this: {line}", line='title: "Entretien : la voile"'),
    fix=Fix(2, "title: Entretien : la voile", 'title: "Entretien : la voile"'),
)
ALT = Finding(
    "missing-alt",
    "content/blog/posts/voile.md",
    0,
    say("The picture {src} has no words.", src="100%.jpg"),
    say("Say what it shows,\nin words: all."),
    Level.WARNING,
)
LINK = Finding(
    "broken-link", "a,b:c%.md", 7, say("The link [red]x[/red] leads nowhere."), say("Correct it.")
)


def test_text_names_file_and_line_rule_what_and_remedy_file_by_file():
    assert text([COLON, ALT, LINK], WORDS) == (
        "content/blog/posts/voile.md:2  error  front-matter\n"
        "    The value of “title” contains a colon.\n"
        '    → Write the line like this: title: "Entretien : la voile"\n'
        "content/blog/posts/voile.md  warning  missing-alt\n"
        "    The picture 100%.jpg has no words.\n"
        "    → Say what it shows,\\nin words: all.\n"
        "\n"
        "a,b:c%.md:7  error  broken-link\n"
        "    The link [red]x[/red] leads nowhere.\n"
        "    → Correct it.\n"
        "\n"
        "2 errors · 1 warning · 1 can be corrected with: cmflow check --fix"
    )


def test_nothing_found_is_one_friendly_line():
    assert text([], WORDS) == "Nothing to correct."


def test_no_line_is_broken_however_long():
    long = Finding("x", "a.md", 1, say("word " * 100), say("y"))
    assert max(len(line) for line in text([long], WORDS).splitlines()) > 400


def test_colours_are_for_terminals_alone(monkeypatch):
    assert "\x1b[31m" in text([COLON], WORDS, colour=True)
    assert "\x1b" not in text([COLON], WORDS)

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert wants_colour(Terminal())
    assert not wants_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(Terminal())


@pytest.mark.parametrize("form", FORMATS)
def test_no_file_name_steers_a_terminal_or_breaks_an_encoding(form):
    name = "a\x1b[2J\u202e\udcff.md"
    shown = FORMATS[form]([Finding("x", name, 1, say("{v}", v=name), say("y"))], WORDS)
    shown.encode("utf-8")
    if form != "github":
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_json_is_what_the_manual_says():
    data = json.loads(as_json([COLON, ALT], WORDS))
    assert data == {
        "version": 1,
        "errors": 1,
        "warnings": 1,
        "findings": [
            {
                "rule": "front-matter",
                "level": "error",
                "path": "content/blog/posts/voile.md",
                "line": 2,
                "message": "The value of “title” contains a colon.",
                "remedy": 'Write the line like this: title: "Entretien : la voile"',
                "fix": {
                    "line": 2,
                    "old": "title: Entretien : la voile",
                    "new": 'title: "Entretien : la voile"',
                    "insert": False,
                },
            },
            {
                "rule": "missing-alt",
                "level": "warning",
                "path": "content/blog/posts/voile.md",
                "line": 0,
                "message": "The picture 100%.jpg has no words.",
                "remedy": "Say what it shows,\\nin words: all.",
                "fix": None,
            },
        ],
    }
    for key in (*data, *data["findings"][0], *data["findings"][0]["fix"]):
        assert f"`{key}`" in as_json.__doc__


def test_json_of_nothing_is_an_empty_list():
    assert json.loads(as_json([], WORDS))["findings"] == []


def test_github_gets_workflow_commands_with_everything_escaped():
    assert github([COLON, ALT, LINK], WORDS).split("\n") == [
        (
            "::error file=content/blog/posts/voile.md,line=2,title=front-matter::"
            "The value of “title” contains a colon.%0A"
            'Write the line like this: title: "Entretien : la voile"'
        ),
        (
            "::warning file=content/blog/posts/voile.md,title=missing-alt::"
            "The picture 100%25.jpg has no words.%0ASay what it shows,%0Ain words: all."
        ),
        (
            "::error file=a%2Cb%3Ac%25.md,line=7,title=broken-link::"
            "The link [red]x[/red] leads nowhere.%0ACorrect it."
        ),
    ]


def test_only_errors_fail():
    assert failed([ALT, COLON])
    assert not failed([ALT])
    assert not failed([])
