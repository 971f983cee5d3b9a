"""The foreign actions that our workflows use, each pinned to a commit; a site's own pins win.

A tag can be moved, a commit cannot:
https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

import msgspec


class Pin(msgspec.Struct, frozen=True):
    """One version of an action: the commit, and the name that people know it by."""

    commit: str
    version: str


CHECKED = dt.date(2026, 11, 21)
"""The day on which the table was compared with what public workflows use."""

PINS: Mapping[str, Pin] = {
    "actions/cache": Pin("55cc8345863c7cc4c66a329aec7e433d2d1c52a9", "v6.1.0"),
    "actions/checkout": Pin("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/deploy-pages": Pin("368f82528645a54fb793d4d04e342629a3f51346", "v5.0.1"),
    "actions/download-artifact": Pin("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "actions/upload-artifact": Pin("043fb46d1a93c77aae656e7c1c64a875d1fc6a0a", "v7.0.1"),
    "actions/upload-pages-artifact": Pin("fc324d3547104276b827a68afc52ff2a11cc49c9", "v5.0.0"),
    "astral-sh/setup-uv": Pin("bec219d24cd3e171d82865faccec33120bb574f4", "v10.1.0"),
}
"""By action, `owner/name`."""

_USES = re.compile(
    r"^[ \t]*(?:-[ \t]+)?uses:[ \t]*(?P<action>[\w.-]+/[\w.-]+)(?:/[\w./-]+)?"
    r"@(?P<commit>[0-9a-f]{40})"
    r"[ \t]*#[ \t]*(?P<version>v?\d[\w.+-]*)[ \t]*\r?$",
    re.MULTILINE,
)


def pinned(texts: Iterable[str]) -> Mapping[str, Pin]:
    """Return the pins that stand in workflows, of an action that has several the last one.

    Actions of one repository have one pin, like `actions/cache/restore` and `actions/cache/save`.
    What Dependabot has brought up to date stays so: a branch or a tag is no pin and is not kept.
    """
    return {
        found["action"]: Pin(found["commit"], found["version"])
        for text in texts
        for found in _USES.finditer(text)
    }
