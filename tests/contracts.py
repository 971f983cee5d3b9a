"""Judges of what leaves: every request against the description that the network has published.

The descriptions of Mastodon, Discord, Telegram and X are large, and not ours: they are read from a
folder beside the checkout, or from the one that CMFLOW_CONTRACTS names. Those in `schemas/networks`
were written from the networks' own pages, which each of them names.
"""

from __future__ import annotations

import functools
import json
import os
import re
from email import message_from_bytes
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema
import pytest

HERE = Path(__file__).parent
PUBLISHED = {"mastodon", "discord", "telegram", "x"}
WRITTEN = {"slack", "linkedin", "facebook", "threads", "devto", "websub", "webmention", "github"}
_BASE = {"mastodon": "", "discord": "/api/v10", "x": ""}


def contracts() -> Path | None:
    """Find the folder of the published descriptions."""
    named = os.environ.get("CMFLOW_CONTRACTS")
    places = [Path(named)] if named else [parent / "shared/contracts" for parent in HERE.parents]
    return next((place for place in places if (place / "mastodon.json").is_file()), None)


@functools.cache
def description(name: str) -> dict:
    """Return a description; skips the test, saying so, where a published one is absent."""
    if name in WRITTEN:
        return json.loads((HERE / "schemas/networks" / f"{name}.json").read_text("utf-8"))
    folder = contracts()
    if folder is None:
        pytest.skip("no published descriptions of APIs: set CMFLOW_CONTRACTS to their folder")
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


def check(name: str, request) -> None:
    """Check one request of an adapter against its network's description."""
    document = description(name)
    if name == "telegram":
        _telegram(document, request)
    else:
        _openapi(document, request, _BASE.get(name, ""))


def _openapi(document: dict, request, base: str) -> None:
    path = urlsplit(str(request.url)).path.removeprefix(base)
    operation, shared = _operation(document, request.method, path)
    query = dict(parse_qsl(urlsplit(str(request.url)).query))
    parameters = [_resolved(document, one) for one in shared + operation.get("parameters", [])]
    _parameters(document, query, [one for one in parameters if one["in"] == "query"], path)
    for one in parameters:
        if one["in"] == "header" and one.get("required"):
            assert one["name"] in request.headers, f"{path}: no header {one['name']}"
            _validate(document, request.headers[one["name"]], one["schema"], path)
    body = operation.get("requestBody")
    if not body:
        assert not request.content, f"{request.method} {path} takes no body"
        return
    kind = request.headers.get("content-type", "").partition(";")[0]
    if not kind and not request.content:
        assert not _resolved(document, body).get("required"), f"{path}: a body is missing"
        return
    types = _resolved(document, body)["content"]
    assert kind in types, f"{path}: {kind} is none of {sorted(types)}"
    said = content(request)
    if kind == "multipart/form-data" and "payload_json" in said:
        said = json.loads(said["payload_json"])
    schema = types[kind]["schema"]
    _validate(document, said, schema, path)
    if known := _known(document, schema):
        assert set(said) <= known, f"{path}: unknown {sorted(set(said) - known)}"


def content(request):
    """Decode the body of a request: JSON, a form, or a multipart form with files as text."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return json.loads(request.content)
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.content.decode(), keep_blank_values=True))
    if kind.startswith("multipart/"):
        parts = message_from_bytes(
            b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.content
        )
        return {
            part.get_param("name", header="content-disposition"): part.get_payload(
                decode=True
            ).decode("utf-8", "replace")
            for part in parts.get_payload()
        }
    return request.content.decode("utf-8", "replace")


def _operation(document: dict, method: str, path: str) -> tuple[dict, list]:
    # A literal path is the better match: /statuses/home before /statuses/{id}.
    for template in sorted(document["paths"], key=lambda one: (one.count("{"), one)):
        pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
        entry = document["paths"][template]
        if re.fullmatch(pattern, unquote(path) if "%" not in path else path) and (
            method.lower() in entry
        ):
            return entry[method.lower()], entry.get("parameters", [])
    raise AssertionError(f"{method} {path} is not described")


def _parameters(document: dict, query: dict, described: list, path: str) -> None:
    names = {one["name"]: one for one in described}
    unknown = set(query) - set(names)
    assert not unknown, f"{path}: unknown parameters {sorted(unknown)}"
    for name, one in names.items():
        if name not in query:
            assert not one.get("required"), f"{path}: {name} is missing"
            continue
        schema = _resolved(document, one.get("schema", {}))
        _validate(document, _coerced(query[name], schema), one.get("schema", {}), f"{path}?{name}")


def _coerced(value: str, schema: dict):
    kind = schema.get("type")
    if kind == "integer":
        return int(value)
    if kind == "boolean":
        assert value in ("true", "false", "1", "0"), value
        return value in ("true", "1")
    if kind == "array":
        return value.split(",")
    return value


def _validate(document: dict, value, schema: dict, where: str) -> None:
    whole = {**schema, "components": document.get("components", {})}
    # A status with text and media is both kinds of status at once, which oneOf forbids.
    if "oneOf" in whole:
        whole["anyOf"] = whole.pop("oneOf")
    dialect = (
        jsonschema.Draft4Validator
        if document["openapi"].startswith("3.0")
        else jsonschema.Draft202012Validator
    )
    errors = list(dialect(whole).iter_errors(value))
    assert not errors, f"{where}: {[error.message for error in errors]}"


def _resolved(document: dict, node: dict) -> dict:
    while "$ref" in node:
        target = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _known(document: dict, schema: dict) -> set[str]:
    """Return every name that a schema describes for an object."""
    schema = _resolved(document, schema)
    names = set(schema.get("properties", {}))
    for key in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(key, []):
            names |= _known(document, one)
    return names


_TYPES = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": float}


def _telegram(document: dict, request) -> None:
    found = re.fullmatch(r"/bot[^/]+/(\w+)", urlsplit(str(request.url)).path)
    assert found, f"{request.url.path} is no method"
    method = document["methods"][found[1]]
    said = content(request)
    multipart = request.headers["content-type"].startswith("multipart/")
    fields = {field["name"]: field for field in method["fields"]}
    attached = {name for name in said if multipart and f"attach://{name}" in "".join(said.values())}
    unknown = set(said) - set(fields) - attached
    assert not unknown, f"{found[1]}: unknown {sorted(unknown)}"
    for name, field in fields.items():
        assert name in said or not field["required"], f"{found[1]}: {name} is missing"
        if name in said and not (multipart and "InputFile" in field["types"]):
            value = said[name]
            if multipart and not {"String", "Integer"} & set(field["types"]):
                value = json.loads(value)
            _typed(document, value, field["types"], f"{found[1]}.{name}")


def _typed(document: dict, value, types: list[str], where: str) -> None:
    assert any(_fits(document, value, kind) for kind in types), f"{where}: {value!r} is no {types}"


def _fits(document: dict, value, kind: str) -> bool:
    if kind.startswith("Array of "):
        inner = re.split(r", | and ", kind.removeprefix("Array of "))
        return isinstance(value, list) and all(
            any(_fits(document, one, name) for name in inner) for one in value
        )
    if kind in _TYPES:
        return isinstance(value, _TYPES[kind]) and (
            kind != "Integer" or not isinstance(value, bool)
        )
    described = document["types"].get(kind)
    if described is None or not isinstance(value, dict):
        return False
    fields = {field["name"]: field for field in described.get("fields", [])}
    return (
        set(value) <= set(fields)
        and all(name in value or not field["required"] for name, field in fields.items())
        and all(
            any(_fits(document, value[name], one) for one in fields[name]["types"])
            for name in value
        )
    )
