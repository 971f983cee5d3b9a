"""What adapters share: the server's address, a secret by its name, and what a network cannot do."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import unquote, urlsplit

from cmflow.errors import say
from cmflow.network import (
    Abilities,
    Account,
    Answer,
    Limits,
    NetworkError,
    Secret,
    Sent,
    Trouble,
)
from cmflow.note import Note, Reservation


class Base:
    """A network that can only send; an adapter overrides what its network can do besides."""

    name: str
    title: str
    secrets: tuple[Secret, ...] = ()
    limits: Limits
    abilities = Abilities()

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """See `cmflow.network.Network.find`."""
        del account, note, at, reservation
        return Answer.CANNOT_TELL

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """See `cmflow.network.Network.edit`."""
        del note, at, sent
        raise _unable(account, self.title)

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; mostly the id is the last part of the address."""
        del account
        return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]

    def limit_at(self, account: Account) -> int | None:
        """See `cmflow.network.Network.limit_at`; most networks have one limit for everybody."""
        del account
        return None

    def delete(self, account: Account, sent: Sent) -> None:
        """See `cmflow.network.Network.delete`."""
        del sent
        raise _unable(account, self.title)


def _unable(account: Account, title: str) -> NetworkError:
    remedy = say("Do it by hand on {network}.", network=title)
    error: NetworkError = account.http.refusal(
        Trouble.CONTENT, f"{title}: not possible with a stored token", remedy=remedy
    )
    return error


def variable(channel: str, secret: str) -> str:
    """Return the name of the environment variable that holds a channel's secret."""
    return f"CMFLOW_{channel.upper().replace('-', '_')}_{secret}"


def secret_of(account: Account, network: Base, name: str) -> str:
    """Return a secret; raises with its variable and where one creates it if it is missing."""
    value = account.secrets.get(name, "").strip()
    if value:
        return value
    where = next(secret.where for secret in network.secrets if secret.name == name)
    missing = variable(account.channel, name)
    raise account.http.refusal(Trouble.AUTH, f"{missing} is not set", remedy=where)


def server_of(account: Account, default: str = "") -> str:
    """Return the address of the channel's server, without a slash at its end.

    A secret goes only over TLS; plain HTTP is for this machine alone.
    """
    url = (account.settings.server or default).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname and is_loopback(parts.hostname):
        return url
    remedy = say("Write server: of the channel like https://social.example.")
    raise account.http.refusal(Trouble.AUTH, f"{account.channel}: no usable server", remedy=remedy)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def account_of(account: Account) -> str:
    """Return what the channel's `account:` says; raises where it is empty."""
    if account.settings.account:
        return str(account.settings.account)
    remedy = say("Write account: of the channel; docs/channels says what it is.")
    raise account.http.refusal(Trouble.AUTH, f"{account.channel}: account: is empty", remedy=remedy)


def text_at(account: Account, said: Any, *path: str | int, commits: bool = False) -> str:
    """Return a value deep in an answer as text.

    Raises where it is not there: an answer without an id is garbage, and after the request that
    commits nobody knows whether the note stands.
    """
    value = said
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
    if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
        return str(value)
    words = f"{account.channel}: the answer lacks {'.'.join(map(str, path))}"
    raise account.http.refusal(Trouble.TRANSIENT, words, certain=not commits)


def rows(said: Any, *path: str) -> list[dict[str, Any]]:
    """Return the objects of a list deep in an answer, dropping what is none."""
    value = said
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
