"""Write what is made from the code: three pages, the rules, and the JSON Schemas."""

from __future__ import annotations

import datetime as dt
import enum
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import msgspec

from cmflow import schema
from cmflow.cli import app, speech
from cmflow.post import Author, PageMeta, PostMeta
from cmflow.rules.manual import document
from cmflow.settings import Cmflow

ROOT = Path(__file__).parent.parent

_WORDS: Mapping[object, str] = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    object: "any",
    dt.date: "day",
    dt.datetime: "time with offset",
    dt.datetime | dt.date: "day, or time with offset",
}


_CLI = """\
# Commands

<!-- Made from the commands themselves: change those, then run `make docs`. -->

What is data goes to stdout, what is talk to stderr. A command ends with 0 when all is fine, 1 when
it found something or failed, 2 when it was used wrongly, 130 when it was interrupted. It speaks
French or English: `CMFLOW_LANG`, else the language of the site, else that of the machine.
`CMFLOW_DEBUG=1` shows the traceback of a mistake of cmflow's own.

A shell completes commands, options and values after one of these lines:

```shell
eval "$(cmflow completion bash)"     # in ~/.bashrc
eval "$(cmflow completion zsh)"      # in ~/.zshrc
cmflow completion fish | source      # in ~/.config/fish/config.fish
```
"""

_SETTINGS = """\
# Settings

<!-- Made from cmflow/settings.py: change that, then run `make docs`. -->

They stand in `mkdocs.yml`, under the plugin's name. Everything has a default; an unknown key is a
finding of `cmflow check`, with its line.

```yaml
plugins:
  - cmflow:
      timezone: Europe/Paris
      organisation:
        name: Les Ateliers Cabestan
```

An editor with the YAML language server (VS Code with the YAML extension, Neovim, Helix, Zed and
others) completes and checks them by the first line of `mkdocs.yml`:

```yaml
# yaml-language-server: $schema=.schemas/settings.json
```

`cmflow init` puts the line there and the schema beside it. For an older site, and after an update
of cmflow, `cmflow schema settings > .schemas/settings.json` writes it.

Secrets never stand here. They come from the environment.
"""

_FRONT_MATTER = """\
# Front matter

<!-- Made from cmflow/post.py: change that, then run `make docs`. -->

What stands between the two lines `---` at the head of a file. Text with a colon goes in quotes.

```markdown
---
date: 2026-10-06T09:00:00+02:00
title: "Réparer : pourquoi ?"
slug: reparer-pourquoi
authors: [lea]
image:
  src: ../assets/images/fils.jpg
  alt: Trois bobines de fil rouge sur un établi.
---
```

`cmflow schema front-matter` prints its JSON Schema, for editors that check the head of a Markdown
file. `cmflow check` needs none: it knows the same keys, and names the line.

The keys of a post up to `comments` are those of
[Material's blog plugin](https://squidfunk.github.io/mkdocs-material/plugins/blog/#metadata). A page
may have any other key that MkDocs or the theme knows.
"""


def cli() -> str:
    """Return the page of the commands: what `--help` says of each."""
    speech.speak("en")
    root = click.Context(app, info_name="cmflow", terminal_width=80, **app.context_settings)
    return "\n".join([_CLI, *_help(app, root, 2)])


def settings() -> str:
    """Return the page of the settings."""
    return "\n".join([_SETTINGS, *_tables(Cmflow, "The block `cmflow`")])


def front_matter() -> str:
    """Return the page of the front matter of posts, pages and authors."""
    dates = "day, or time with offset, or [Dates](#dates)"
    return "\n".join(
        [
            _FRONT_MATTER,
            *_tables(PostMeta, "A post or an interview", date=dates),
            *_tables(PageMeta, "A page", seen=(PostMeta, *schema.parts(PostMeta))),
            *_tables(Author, "An author, in `.authors.yml`"),
        ]
    )


def _help(command: click.Command, context: click.Context, level: int) -> list[str]:
    text = command.get_help(context)
    parts = [f"{'#' * level} `{context.command_path}`\n", f"```text\n{text}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                below = click.Context(found, context, name, terminal_width=80)
                parts += _help(found, below, min(level + 1, 3))
    return parts


def _tables(
    kind: type[msgspec.Struct],
    title: str,
    *,
    seen: tuple[type[msgspec.Struct], ...] = (),
    **words: str,
) -> list[str]:
    parts = [f"## {title}\n", _table(kind, words)]
    for part in schema.parts(kind):
        if part not in seen:
            summary = (part.__doc__ or "").partition("\n")[0]
            parts += [f"### {part.__name__}\n", f"{summary}\n", _table(part, {})]
    return parts


def _table(kind: type[msgspec.Struct], words: Mapping[str, str]) -> str:
    hints = typing.get_type_hints(kind)
    described = schema.descriptions(kind)
    rows = ["| Key | Value | Default | What for |", "|---|---|---|---|"]
    for field in msgspec.structs.fields(kind):
        value = words.get(field.name) or _type(schema.inner(hints[field.name]))
        about = described[field.name].replace("|", "\\|")
        rows.append(f"| `{field.encode_name}` | {value} | {_default(field)} | {about} |")
    return "\n".join(rows) + "\n"


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "**required**"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return (
        f"`{field.default}`"
        if isinstance(field.default, str | int | float) and field.default != ""
        else ""
    )


def _type(kind: typing.Any) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is typing.Literal:
        return ", ".join(f"`{str(word).lower()}`" for word in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(member) for member in arguments)
    if origin is dict:
        return f"{_type(arguments[1])} by id"
    if issubclass(kind, enum.Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _made(path: str) -> str:
    return f"<!-- Made from {path}: change that, then run `make docs`. -->\n"


FILES: Mapping[Path, Callable[[], str]] = {
    ROOT / "docs" / "cli.md": cli,
    ROOT / "docs" / "settings.md": settings,
    ROOT / "docs" / "front-matter.md": front_matter,
    ROOT / "docs" / "rules.md": document,
    schema.FOLDER / "front-matter.json": lambda: schema.text("front-matter"),
    schema.FOLDER / "settings.json": lambda: schema.text("settings"),
}
"""Every file that is made, with the function that makes it."""


if __name__ == "__main__":
    for path, make in FILES.items():
        path.write_bytes(make().encode())
