"""The networks: ours in a literal table, a stranger's by the entry points `cmflow.networks`."""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint, entry_points

from cmflow.network import Network

NETWORKS = (
    "mastodon",
    "bluesky",
    "telegram",
    "discord",
    "slack",
    "linkedin",
    "facebook",
    "threads",
    "x",
    "devto",
    "websub",
    "webmention",
    "newsletter",
    "assisted",
)
"""Our networks, each the name of its module here; `NETWORK` in it is the network."""


def names() -> tuple[str, ...]:
    """Return the names of all networks that there are."""
    return (*NETWORKS, *sorted(_foreign()))


def load(name: str) -> Network:
    """Return a network by its name; raises `LookupError` where there is none."""
    if name in NETWORKS:
        network: Network = importlib.import_module(f"cmflow.networks.{name}").NETWORK
        return network
    foreign = _foreign().get(name)
    if foreign is None:
        raise LookupError(name)
    loaded: Network = foreign.load()
    return loaded


def _foreign() -> dict[str, EntryPoint]:
    found = entry_points(group="cmflow.networks")
    return {point.name: point for point in found if point.name not in NETWORKS}
