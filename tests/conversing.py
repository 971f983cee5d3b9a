"""A small site with a conversation on it, for tests of what people do with answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from msgspec.structs import replace
from sites import a_post, make_site

from cmflow import comment_file, mkdocs_yml
from cmflow.shelf import FileShelf
from cmflow.thread import Comment, Speaker, Status

START = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
SLUG = "voile-et-fil"


def comment(number, text="Bonjour.", *, name="Ada", to=0, **more) -> Comment:
    """What somebody said on Mastodon, `number` minutes after the first."""
    handle = name.split(" ", maxsplit=1)[0].lower()
    made = Comment(
        id=f"m.example/{number}",
        author=Speaker(name, f"https://m.example/@{handle}"),
        published=START + dt.timedelta(minutes=number),
        status=Status.HELD,
        text=text if text.startswith("<p>") else f"<p>{text}</p>",
        url=f"https://m.example/@{handle}/{number}",
        reply_to=f"m.example/{to}" if to else "",
        source="mastodon",
        held_for=("all",),
    )
    return replace(made, **more)


class Talk:
    """The site, and what was said on it."""

    def __init__(self, root: Path, *comments: Comment, **config: object):
        config = {"theme": {"name": "material", "language": "en", "font": False}, **config}
        self.config = make_site(root, {f"blog/posts/{SLUG}.md": a_post(SLUG)}, **config)
        self.settings = mkdocs_yml.load(self.config)[0]
        self.shelf = FileShelf(self.settings)
        self.folder = self.settings.community
        for one in comments:
            self.add(one)

    def add(self, one: Comment, slug: str = SLUG) -> Path:
        """Write a comment; returns its file."""
        path = self.folder / comment_file.path_of(slug, one)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(comment_file.text(one), "utf-8")
        return path

    def now(self, number: int, slug: str = SLUG) -> Comment:
        """Read what a comment is now."""
        return self.shelf.comments(slug).kept[f"m.example/{number}"].comment

    def short(self, number: int, slug: str = SLUG) -> str:
        """Return what a person calls it."""
        return self.shelf.comments(slug).kept[f"m.example/{number}"].short

    def files(self) -> dict[str, bytes]:
        """Return every file of content/community."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }
