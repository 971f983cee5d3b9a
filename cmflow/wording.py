"""The text of a note where its author wrote none: a template, filled in with what the post says.

Templates are plain text in Jinja (https://jinja.palletsprojects.com/), sandboxed. A site has its
own in `cmflow/notes` of its theme: of a channel, of a network, or `default.txt`.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import jinja2.sandbox

from cmflow import prose
from cmflow.catalogue import catalogue
from cmflow.channel import Channel
from cmflow.errors import Finding, say
from cmflow.library import Library
from cmflow.plain import first_sentence, hashtag, plain
from cmflow.post import Post
from cmflow.safe import address
from cmflow.settings import Settings
from cmflow.text import typeset_french

OURS = Path(__file__).parent / "templates" / "notes"
FOLDER = "cmflow/notes"
"""Where a theme keeps its own."""

_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)
_GAPS = re.compile(r"\n{3,}")
# A template calls what it likes: whatever a wrong one raises is told to its author.
_FAULTS = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
)


class Wording:
    """The templates of one site; `url` in `text` is the canonical address of the post."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self._settings = settings
        self._library = library
        self._own = settings.theme / FOLDER if settings.theme else None
        folders = ([self._own] if self._own else []) + [OURS]
        self._jinja = jinja2.sandbox.SandboxedEnvironment(
            autoescape=False,  # plain text: a network escapes it, or shows it as it is
            loader=jinja2.FileSystemLoader(folders),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def text(
        self, post: Post, id_: str, channel: Channel, language: str, url: str
    ) -> str | Finding:
        """Fill in the template of a channel; returns what is wrong with it where it fails."""
        names = [channel.template] if channel.template else []
        try:
            template = self._jinja.select_template(
                names or [f"{id_}.txt", f"{channel.network}.txt", "default.txt"]
            )
        except jinja2.TemplateSyntaxError as error:
            return self._broken(error, error.filename or "", error.lineno)
        except jinja2.TemplatesNotFound:
            return self._missing(id_, channel.template)
        except (OSError, UnicodeDecodeError) as error:
            return self._broken(error, str(self._own or OURS), 0)
        try:
            made = template.render(self._values(post, language, url))
        except _FAULTS as error:
            file = template.filename or ""
            return self._broken(error, file, _line(error, file))
        text = _GAPS.sub("\n\n", _ENDS.sub("", made)).strip()
        return typeset_french(text) if language.startswith("fr") else text

    def _values(self, post: Post, language: str, url: str) -> dict[str, Any]:
        """What a template may name; no Markdown is left in it."""
        meta, known = post.meta, self._library.authors
        body = self._library.sources[post.path].body
        series = self._settings.cmflow.series.get(meta.series)
        return {
            "title": plain(post.title),
            "summary": plain(meta.summary),
            "first_sentence": first_sentence(body),
            "url": url,
            "tags": [tag for tag in map(hashtag, meta.tags) if tag],
            "guests": [guest.name for guest in meta.guests],
            "authors": [known[id_].name for id_ in meta.authors if id_ in known],
            "question": plain(meta.question),
            "series": series.title if series else meta.series,
            "episode": meta.episode,
            "links": _links(body),
            "_": catalogue(language.lower().partition("-")[0]).gettext,
        }

    def _missing(self, id_: str, name: str) -> Finding:
        where = self._own or self._settings.root / "theme" / FOLDER
        return Finding(
            "note-template",
            self._settings.config.name,
            0,
            say("The template {name} of the channel “{id}” is not there.", name=name, id=id_),
            say("Write it in {folder}, or correct its name.",
                folder=self._settings.below_root(where)),
        )  # fmt: skip

    def _broken(self, error: Exception, file: str, line: int) -> Finding:
        return Finding(
            "note-template",
            self._settings.below_root(Path(file)),
            line,
            say("The template cannot be filled in: {words}.", words=str(error).rstrip(".")),
            say("Correct it; docs/notes.md lists what it may name."),
        )


def _line(error: Exception, file: str) -> int:
    """Return the line of a template on which it failed: Jinja puts it into the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == file), 0)


def _links(body: str) -> list[str]:
    """Return the web addresses to which a text leads, each once."""
    found = (link.href for link in prose.read(body, 1).links)
    return list(
        dict.fromkeys(
            link for link in found if address(link) and urlsplit(link).scheme in ("http", "https")
        )
    )
