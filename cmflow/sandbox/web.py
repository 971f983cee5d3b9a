"""A request and an answer of the sandbox as data, and the three ways of writing fields."""

from __future__ import annotations

import email.message
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec


class RefusedError(Exception):
    """An answer that says no, in the network's own form."""

    def __init__(self, status: int, said: Mapping[str, Any]) -> None:
        super().__init__(str(said))
        self.status = status
        self.said = said


class Upload(msgspec.Struct, frozen=True):
    """A file that came in a form."""

    name: str
    kind: str
    data: bytes


class Answer(msgspec.Struct, frozen=True):
    """What goes back: a status, a body and headers beside its type and length."""

    status: int
    body: bytes
    kind: str
    headers: Mapping[str, str] = {}


class Request(msgspec.Struct, frozen=True):
    """What came in; the names of `headers` are in small letters, `query` keeps the order."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    def asked(self, name: str, default: str = "") -> str:
        """Return one value of the query."""
        return next((value for key, value in self.query if key == name), default)

    def asked_all(self, name: str) -> list[str]:
        """Return every value of a name of the query, `name[]` included."""
        return [value for key, value in self.query if key in (name, f"{name}[]")]

    @property
    def kind(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def bearer(self) -> str:
        """The token of the request, or nothing."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def json(self) -> dict[str, Any]:
        """Return the body as an object; raises `ValueError` for anything else."""
        said = json.loads(self.body)
        if not isinstance(said, dict):
            raise ValueError("not an object")  # noqa: TRY004  # the same mistake to a caller
        return said

    def fields(self) -> dict[str, Any]:
        """Return the fields of a JSON, urlencoded or multipart body; raises `ValueError`."""
        if not self.body:
            return {}
        if self.kind == "application/json":
            return self.json()
        if self.kind == "multipart/form-data":
            return _gathered(_parts(self.headers["content-type"], self.body))
        pairs = parse_qsl(self.body.decode(), keep_blank_values=True)
        return _gathered([(name, value) for name, value in pairs])


def to_json(said: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Make an answer of data."""
    body = json.dumps(said, ensure_ascii=False).encode()
    return Answer(status, body, "application/json; charset=utf-8", headers or {})


def _gathered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Join fields into a mapping; a name that ends in `[]` is a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name.endswith("[]"):
            found.setdefault(name[:-2], []).append(value)
        else:
            found[name] = value
    return found


def _parts(kind: str, body: bytes) -> list[tuple[str, Any]]:
    """Take a multipart body apart (https://www.rfc-editor.org/rfc/rfc7578)."""
    header = email.message.Message()
    header["Content-Type"] = kind
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str):
        raise ValueError("no boundary")  # noqa: TRY004  # a fault of the body
    found: list[tuple[str, Any]] = []
    for part in body.split(b"--" + boundary.encode())[1:]:
        if part.startswith(b"--"):
            break
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        found.append(_part(head, data.removesuffix(b"\r\n")))
    return found


def _part(head: bytes, data: bytes) -> tuple[str, Any]:
    header = email.message.Message()
    for line in head.decode().split("\r\n"):
        name, _, value = line.partition(":")
        header[name] = value.strip()
    field = header.get_param("name", "", "Content-Disposition")
    file = header.get_filename()
    if file is None:
        return str(field), data.decode()
    return str(field), Upload(file, header.get_content_type(), data)
