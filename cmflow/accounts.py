"""Open accounts: a channel or a source with its secrets and its own way out, once each."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cmflow.errors import Message, say
from cmflow.http import Client
from cmflow.network import Account, Secret
from cmflow.networks.base import variable
from cmflow.settings import Settings


class Owner(msgspec.Struct, frozen=True):
    """Whose account it is: the id and settings of a channel or source, and what it must know."""

    id: str
    settings: Any
    secrets: tuple[Secret, ...]


class Accounts:
    """Opens each account when it is first needed; `stack` closes its connections."""

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        clock: Callable[[], dt.datetime],
        stack: contextlib.ExitStack,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._clock = clock
        self._stack = stack
        self._known: dict[str, Account | Message] = {}

    def open(self, owner: Owner) -> Account | Message:
        """Return an account, or which secret is missing and where one gets it."""
        if owner.id not in self._known:
            self._known[owner.id] = self._opened(owner)
        return self._known[owner.id]

    def stranger(self) -> Client:
        """Return a way out without any secret."""
        client = Client(now=self._clock)
        self._stack.callback(client.close)
        return client

    def guest(self, owner: Owner) -> Account:
        """Return an account with whatever secrets there are, for what may be asked without."""
        secrets = self._secrets(owner)
        client = Client(secrets=secrets.values(), now=self._clock)
        self._stack.callback(client.close)
        return Account(owner.id, owner.settings, secrets, client, self._read, self._files)

    def _opened(self, owner: Owner) -> Account | Message:
        secrets = self._secrets(owner)
        for secret in owner.secrets:
            if secret.required and secret.name not in secrets:
                name = variable(owner.id, secret.name)
                return say("{name} is not set: {where}", name=name, where=secret.where)
        return self.guest(owner)

    def _secrets(self, owner: Owner) -> dict[str, str]:
        names = [secret.name for secret in owner.secrets]
        found = {name: self._environ.get(variable(owner.id, name), "").strip() for name in names}
        return {name: value for name, value in found.items() if value}

    def _read(self, path: str) -> bytes:
        return (self._settings.docs / path).read_bytes()

    def _files(self, folder: str) -> Mapping[str, Path] | None:
        """Return the files of a folder by their paths in it; none that begins with a dot.

        A link that leads out of the folder is not followed: what it shows was not meant.
        """
        here = self._settings.root / folder
        if not here.is_dir():
            return None
        real = os.path.realpath(here)
        every = ((path.relative_to(here), path) for path in sorted(here.rglob("*")))
        return {
            name.as_posix(): path
            for name, path in every
            if not any(part.startswith(".") for part in name.parts)
            and path.is_file()
            and Path(os.path.realpath(path)).is_relative_to(real)
        }
