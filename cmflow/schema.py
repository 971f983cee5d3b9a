"""JSON Schemas of the front matter and of the settings, made of the frozen types themselves.

Dialect: https://json-schema.org/draft/2020-12. A field's description is the text under it in the
code, so that types, schemas and documentation cannot part.
"""

from __future__ import annotations

import ast
import datetime as dt
import enum
import functools
import inspect
import itertools
import json
import operator
import textwrap
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cmflow.post import PostMeta
from cmflow.settings import Cmflow

Schema = dict[str, Any]
Struct = type[msgspec.Struct]

FOLDER = Path(__file__).parent / "schemas"
"""Where the schemas lie in the package, each under its name in `SCHEMAS`."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DAY: Schema = {"type": "string", "format": "date"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_SCALARS: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    object: {},
    dt.date: _DAY,
    dt.datetime: _MOMENT,
    dt.datetime | dt.date: {"anyOf": [_DAY, _MOMENT]},
}


def front_matter() -> Schema:
    """Return the schema of a post's front matter."""
    schema = _object(PostMeta)
    # Read as Material reads it: one day or time stands for the moment of creation.
    schema["properties"]["date"] = {
        "description": schema["properties"]["date"]["description"],
        "anyOf": [_DAY, _MOMENT, {"$ref": "#/$defs/Dates"}],
    }
    return {
        "$schema": _DIALECT,
        "title": "Front matter of a post",
        **schema,
        "$defs": _definitions(PostMeta),
    }


def settings() -> Schema:
    """Return the schema of `mkdocs.yml`: it knows the block of cmflow and lets the rest be."""
    block = {"type": "object", "properties": {"cmflow": _or_null({"$ref": "#/$defs/Cmflow"})}}
    listed = {"type": "array", "items": {"anyOf": [{"type": "string"}, block]}}
    return {
        "$schema": _DIALECT,
        "title": "mkdocs.yml with the settings of cmflow",
        "type": "object",
        "properties": {"plugins": {"anyOf": [listed, block]}},
        "$defs": {"Cmflow": _object(Cmflow), **_definitions(Cmflow)},
    }


SCHEMAS: Mapping[str, Callable[[], Schema]] = {"front-matter": front_matter, "settings": settings}
"""Every schema by the name of its file."""


def text(name: str, translate: Callable[[str], str] = str) -> str:
    """Write a schema as it is kept in a file, its descriptions translated."""
    schema = _translated(SCHEMAS[name](), translate)
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def sentences() -> tuple[str, ...]:
    """Return the text under every field, for the catalogue."""
    kinds = (PostMeta, *parts(PostMeta), Cmflow, *parts(Cmflow))
    return tuple(dict.fromkeys(words for kind in kinds for words in descriptions(kind).values()))


@functools.cache
def descriptions(kind: Struct) -> Mapping[str, str]:
    """Return the text under each field of a struct, by the name of the field."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    body = typing.cast("ast.ClassDef", tree.body[0]).body
    return {
        field.target.id: inspect.cleandoc(words.value.value)
        for field, words in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(words, ast.Expr)
        and isinstance(words.value, ast.Constant)
        and isinstance(words.value.value, str)
    }


def parts(kind: Struct) -> tuple[Struct, ...]:
    """Return the structs of which a struct is made, each once, the outer ones first."""
    found = [kind]
    # The list grows while it is walked.
    for one in found:
        for hint in typing.get_type_hints(one).values():
            found += [part for part in _inside(hint) if part not in found]
    return tuple(found[1:])


def inner(hint: Any) -> Any:
    """Return a hint without its `None`."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        members = (member for member in typing.get_args(hint) if member is not types.NoneType)
        return functools.reduce(operator.or_, members)
    return hint


def _inside(hint: Any) -> list[Struct]:
    kind = inner(hint)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind]
    return [struct for argument in typing.get_args(kind) for struct in _inside(argument)]


def _definitions(kind: Struct) -> Schema:
    return {part.__name__: _object(part) for part in parts(kind)}


def _object(kind: Struct) -> Schema:
    words = descriptions(kind)
    hints = typing.get_type_hints(kind)
    schema: Schema = {"type": "object"}
    schema["properties"] = {
        field.encode_name: {
            "description": words.get(field.name, ""),
            **_field(hints[field.name], field),
        }
        for field in msgspec.structs.fields(kind)
    }
    required = [field.encode_name for field in msgspec.structs.fields(kind) if field.required]
    if required:
        schema["required"] = required
    if kind.__struct_config__.forbid_unknown_fields:
        schema["additionalProperties"] = False
    return schema


def _field(hint: Any, field: msgspec.structs.FieldInfo) -> Schema:
    schema = _value(inner(hint))
    if field.required:
        return schema
    # A key that is written and left empty counts as absent.
    schema = _or_null(schema)
    if isinstance(field.default, str | int | float) and field.default != "":
        schema["default"] = field.default
    return schema


def _value(kind: Any) -> Schema:
    if kind in _SCALARS:
        return dict(_SCALARS[kind])
    if typing.get_origin(kind) is typing.Literal:
        return {"enum": list(typing.get_args(kind))}
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return {"anyOf": [_value(member) for member in typing.get_args(kind)]}
    if issubclass(typing.get_origin(kind) or kind, tuple):
        return {"type": "array", "items": _value(typing.get_args(kind)[0])}
    if issubclass(typing.get_origin(kind) or kind, dict):
        return {"type": "object", "additionalProperties": _value(typing.get_args(kind)[1])}
    if issubclass(kind, enum.Enum):
        return {"enum": [member.value for member in kind]}
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _translated(schema: Any, translate: Callable[[str], str]) -> Any:
    if isinstance(schema, list):
        return [_translated(item, translate) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: translate(value)
        if key == "description" and isinstance(value, str)
        else _translated(value, translate)
        for key, value in schema.items()
    }


def _or_null(schema: Schema) -> Schema:
    if not schema:
        return schema
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
