"""Captions become what was said, by whom and when; what cannot be read names its line."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow.transcript import Cue, TranscriptError, parse

TALK = """WEBVTT - Au bassin

NOTE Relu par Ana
le 3 mai --> validé

STYLE
::cue { color: red }

debut
00:00:04.000 --> 00:00:07.500 align:start
<v Ana Silva>Bonjour\u202f! &amp; <i>bienvenue</i>
à Lorient.</v>

01:02:03.250 --> 01:02:09.000
<v.fort Ana>Oui. <v Yann>Non.</v> (rires)
"""


def test_each_voice_is_a_cue_with_its_moment_and_plain_text():
    assert parse(TALK) == (
        Cue(4.0, "Ana Silva", "Bonjour\u202f! & bienvenue à Lorient."),
        Cue(3723.25, "Ana", "Oui."),
        Cue(3723.25, "Yann", "Non."),
        Cue(3723.25, "", "(rires)"),
    )


def test_moments_are_written_as_people_say_them():
    assert [cue.start for cue in parse(TALK)][:2] == ["0:04", "1:02:03"]
    assert Cue(754.9, "", "x").start == "12:34"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_every_line_ending_and_a_byte_order_mark_are_read(end):
    assert parse("\ufeff" + TALK.replace("\n", end)) == parse(TALK)


def test_hours_are_optional_and_a_cue_needs_no_empty_line_after_it():
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nUn\n0:00:03.000 --> 0:00:04.000\nDeux"
    assert parse(text) == (Cue(1.0, "", "Un"), Cue(3.0, "", "Deux"))


def test_a_file_without_cues_is_an_empty_transcript():
    assert parse("WEBVTT") == ()


@pytest.mark.parametrize("text", ["", "1\n00:00:01,000 --> 00:00:02,000\nSRT", "WEBVTTX\n"])
def test_a_missing_header_is_said_of_line_one(text):
    with pytest.raises(TranscriptError) as caught:
        parse(text)
    assert caught.value.line == 1
    assert "WEBVTT" in caught.value.remedy.show()


@pytest.mark.parametrize(
    "times", ["00:00:01,000 --> 00:00:02,000", "00:61.000 --> 01:00.000", "1s --> 2s", "-->"]
)
def test_unreadable_times_name_their_line(times):
    with pytest.raises(TranscriptError) as caught:
        parse(f"WEBVTT\n\n00:00.000 --> 00:01.000\nUn\n\n{times}\nDeux\n")
    assert caught.value.line == 6
    assert times in caught.value.message.show()


def test_a_hostile_caption_is_plain_text():
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v <b>Eve>&lt;script&gt;<script>x</script> <unclosed"
    assert [cue.text for cue in parse(text)] == ["Eve><script>x"]


@given(st.text())
def test_any_text_is_read_on_one_line_each_or_refused(text):
    with contextlib.suppress(TranscriptError):
        cues = parse(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{text}")
        assert all(cue.text and "\n" not in cue.text for cue in cues)
