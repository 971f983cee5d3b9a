"""The kinds of sources: what hears answers on a channel, and what hears them anywhere else."""

from __future__ import annotations

import importlib

from cmflow.heard import Listener

CHANNELS = ("mastodon", "bluesky", "telegram", "discord", "slack")
"""The networks on which we can hear answers; each is the name of a module here."""

KINDS = ("webmention", "feed", "github", "mail", "file")
"""The kinds of sources in the settings; each is the name of a module here."""


def of_channel(network: str) -> Listener | None:
    """Return what hears the answers on a network; nothing where no machine can."""
    return _load(network) if network in CHANNELS else None


def of_kind(kind: str) -> Listener:
    """Return what hears a kind of source; raises `LookupError` where there is none."""
    if kind not in KINDS:
        raise LookupError(kind)
    return _load(kind)


def _load(name: str) -> Listener:
    found: Listener = importlib.import_module(f"cmflow.sources.{name}").LISTENER
    return found
