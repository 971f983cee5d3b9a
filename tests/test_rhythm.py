"""A rhythm in plain words means what people mean by it, in both languages."""
# ruff: noqa: DTZ001  # clocks on a wall know no zone

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow import recurrence, rhythm

NINE, TEN = dt.time(9), dt.time(10)


@pytest.mark.parametrize(
    ("words", "rule", "clock"),
    [
        ("Tuesday 09:00", "FREQ=WEEKLY;BYDAY=TU", NINE),
        ("mardi 09:00", "FREQ=WEEKLY;BYDAY=TU", NINE),
        ("Mardi à 9 h", "FREQ=WEEKLY;BYDAY=TU", NINE),
        ("tous les mardis à 9 h 30", "FREQ=WEEKLY;BYDAY=TU", dt.time(9, 30)),
        ("every Tuesday and Thursday at 9 am", "FREQ=WEEKLY;BYDAY=TU,TH", NINE),
        ("lundi, mercredi et vendredi 10h", "FREQ=WEEKLY;BYDAY=MO,WE,FR", TEN),
        ("second Friday 10:00", "FREQ=MONTHLY;BYDAY=2FR", TEN),
        ("every second Friday 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", TEN),
        ("every second Friday of the month 10:00", "FREQ=MONTHLY;BYDAY=2FR", TEN),
        ("every other Friday 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", TEN),
        ("un vendredi sur deux 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", TEN),
        ("un vendredi sur trois", "FREQ=WEEKLY;INTERVAL=3;BYDAY=FR", None),
        ("toutes les deux semaines, le jeudi", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", None),
        ("every two weeks on Friday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", None),
        ("first Monday of the month 09:00", "FREQ=MONTHLY;BYDAY=1MO", NINE),
        ("every first Monday", "FREQ=MONTHLY;BYDAY=1MO", None),
        ("premier lundi du mois", "FREQ=MONTHLY;BYDAY=1MO", None),
        ("le premier lundi de chaque mois à 10 h", "FREQ=MONTHLY;BYDAY=1MO", TEN),
        ("deuxième jeudi du mois 10:00", "FREQ=MONTHLY;BYDAY=2TH", TEN),
        ("dernier vendredi du mois 17:00", "FREQ=MONTHLY;BYDAY=-1FR", dt.time(17)),
        ("every day 8:00", "FREQ=DAILY", dt.time(8)),
        ("tous les jours à midi", "FREQ=DAILY", dt.time(12)),
        ("weekdays noon", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", dt.time(12)),
        ("jours ouvrés 9:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", NINE),
        ("le 15 du mois 10:00", "FREQ=MONTHLY;BYMONTHDAY=15", TEN),
        ("15th of the month", "FREQ=MONTHLY;BYMONTHDAY=15", None),
        ("le 1er de chaque mois", "FREQ=MONTHLY;BYMONTHDAY=1", None),
        ("every month on the 1st", "FREQ=MONTHLY;BYMONTHDAY=1", None),
    ],
)
def test_words(words, rule, clock):
    assert rhythm.read(words) == rhythm.Rhythm(rule, clock)
    assert rhythm.read(words.replace(" ", "\u00a0").upper()) == rhythm.Rhythm(rule, clock)


@pytest.mark.parametrize(
    "words",
    ["", "mardi prochain", "every blue moon", "Tuesday 25:00", "Tuesday 9:75", "le 32 du mois",
     "le 0 du mois", "Tuesday 13 pm", "9:00", "un sur deux", "mardi mercrdi"],
)  # fmt: skip
def test_what_means_nothing(words):
    assert rhythm.read(words) is None


@pytest.mark.parametrize(
    ("typed", "clock"),
    [("9:00", NINE), ("09:00", NINE), ("9h", NINE), ("9 h 00", NINE), (540, NINE), (9, NINE),
     (600, TEN), ("10 am", TEN), ("25:00", None), (1440, None), (True, None), (9.5, None)],
)  # fmt: skip
def test_hours_as_people_and_yaml_write_them(typed, clock):
    assert rhythm.read_clock(typed) == clock


@given(st.text(max_size=40) | st.from_regex(r"(every|un|le) [a-z0-9 :]{0,30}", fullmatch=True))
def test_no_words_raise_and_every_rule_is_sound(words):
    made = rhythm.read(words)
    if made is not None:
        assert recurrence.fault(made.rule, dt.datetime(2026, 1, 1, 9)) is None
