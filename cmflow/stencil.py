"""The one way in which a template of ours becomes HTML: everything escaped, words translated."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from jinja2.utils import internalcode
from markupsafe import Markup

from cmflow.catalogue import Catalogue
from cmflow.larder import Larder, digest

_PLAIN = (FunctionType, MethodType)


class Compiled(jinja2.BytecodeCache):
    """Keeps compiled templates in a larder, by their text: compiling takes longer than weaving."""

    def __init__(self, larder: Larder) -> None:
        self._larder = larder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a compiled template from the larder, if it is there."""
        data = self._larder.get("template", digest(bucket.key, bucket.checksum, sys.version))
        if data is not None:
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Put a compiled template into the larder."""
        key = digest(bucket.key, bucket.checksum, sys.version)
        self._larder.put("template", key, bucket.bytecode_to_string())


class _Context(jinja2.runtime.Context):
    """Jinja's, but it calls plain functions, which take nothing from it, without more ado."""

    @internalcode
    def call(self, thing: Any, /, *args: Any, **named: Any) -> Any:
        if type(thing) not in _PLAIN or hasattr(thing, "jinja_pass_arg"):
            return super().call(thing, *args, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return thing(*args, **named)


class Environment(jinja2.Environment):
    """Jinja's, but for what it does anew whenever a part of a page is rendered, page by page.

    A template is taken from the first folder that has it. A name that it does not know is an error,
    never an empty place.
    """

    context_class = _Context
    newstyle_gettext: bool
    """Whether a sentence takes its values by name; the extension reads it."""

    def __init__(self, words: Catalogue, *folders: Path, compiled: Compiled | None = None) -> None:
        super().__init__(
            loader=jinja2.FileSystemLoader(folders),
            bytecode_cache=compiled,
            autoescape=True,
            auto_reload=False,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.newstyle_gettext = True
        self.globals |= _translating(words)
        self._known: dict[str, jinja2.Template] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give a template its globals as one dict: a chain of two is slow to read."""
        return {**self.globals, **(d or {})}

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  # Jinja's name
    ) -> jinja2.Template:
        """Return a template, loaded once."""
        if globals or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = super().get_template(name, parent)
        return found

    def fill(self, name: str, names: dict[str, Any]) -> str:
        """Render a template with `names`, to which the environment's own were added before."""
        template = self.get_template(name)
        context = template.new_context(names, shared=True)
        try:
            return "".join(template.root_render_func(context))
        except Exception:
            self.handle_exception()  # raises it again, with the lines of the template


def _translating(words: Catalogue) -> dict[str, Callable[..., Markup]]:
    """Return what templates translate with: what it is given is escaped, what it says is not."""

    # What Jinja's own do, which look at the context twice for every word.
    @functools.cache
    def plain(text: str) -> Markup:
        return Markup(words.gettext(text)) % {}  # noqa: S704  # our own words

    def gettext(text: str, /, **named: object) -> Markup:
        return Markup(words.gettext(text)) % named if named else plain(text)  # noqa: S704  # as above

    def ngettext(one: str, many: str, num: int, /, **named: object) -> Markup:
        return Markup(words.ngettext(one, many, num)) % {"num": num, **named}  # noqa: S704  # as above

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}
