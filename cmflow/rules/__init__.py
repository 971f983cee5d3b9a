"""The rules of `check`, one per file, in the order of their documentation.

A rule is a module with a docstring (what it finds, why, an example), a `NAME`, and `run`, which
yields findings from a `View` and reads nothing itself. Its name is a promise: it never changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from cmflow.errors import Finding
from cmflow.rules import (
    alias,
    broken_anchor,
    broken_link,
    captions,
    double_key,
    draft_leak,
    empty_file,
    encoding,
    episode,
    file_too_large,
    front_matter,
    future_leak,
    guest_consent,
    missing_alt,
    missing_key,
    naive_time,
    note_alt,
    note_channel,
    note_empty,
    note_like_earlier,
    note_picture,
    note_same,
    note_template,
    note_too_long,
    note_unfit,
    outside_tree,
    promo_share,
    question_unknown,
    settings,
    slug_ascii,
    slug_duplicate,
    slug_missing,
    third_party,
    unknown_author,
    unknown_category,
    unknown_key,
    unknown_objective,
    unknown_persona,
    unknown_series,
    unknown_slot,
    unreadable,
    url_duplicate,
    wrong_type,
    yaml_surprise,
)
from cmflow.rules.view import View


class Rule(Protocol):
    """What a module of this package offers."""

    NAME: str

    def run(self, view: View, /) -> Iterator[Finding]:
        """Yield what the rule finds."""


RULES: tuple[Rule, ...] = (
    settings,
    encoding,
    empty_file,
    file_too_large,
    unreadable,
    outside_tree,
    front_matter,
    double_key,
    unknown_key,
    wrong_type,
    missing_key,
    yaml_surprise,
    slug_missing,
    slug_duplicate,
    slug_ascii,
    url_duplicate,
    alias,
    unknown_author,
    unknown_category,
    unknown_persona,
    unknown_objective,
    unknown_series,
    episode,
    naive_time,
    future_leak,
    draft_leak,
    broken_link,
    broken_anchor,
    missing_alt,
    third_party,
    captions,
    unknown_slot,
    guest_consent,
    question_unknown,
    note_channel,
    note_too_long,
    note_unfit,
    note_empty,
    note_alt,
    note_picture,
    note_template,
    note_same,
    note_like_earlier,
    promo_share,
)
