"""A small site, and everything that somebody may do to it between two builds."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from pathlib import Path

import yaml
from sites import AUTHORS, CONFIG, PICTURE, a_post, front, make_site

PARIS = dt.timezone(dt.timedelta(hours=2))
SLUGS = tuple("abcdefgh")
COMMENT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def site(root: Path) -> Path:
    """Write the site that edits begin with; returns its `mkdocs.yml`."""
    files: dict[str, str | bytes] = {
        "blog/index.md": "# Accueil\n\n<!-- cmflow: latest-posts count=2 -->\n",
        "blog/a-propos.md": "# À propos\n\nVoir [a](posts/a.md) et [la suite](posts/b.md#la-suite).\n",
        "blog/tags.md": "# Étiquettes\n\n<!-- material/tags -->\n",
        "blog/questions/pourquoi.md": "# Pourquoi ?\n\n<!-- cmflow: answers -->\n",
        "blog/evenement.md": front(
            "# Portes ouvertes",
            event={"start": dt.datetime(2026, 12, 5, 10, 0, tzinfo=dt.UTC), "place": "Lorient"},
        ),
    }
    for at, slug in enumerate(SLUGS):
        files[f"blog/posts/{slug}.md"] = post(slug, at)
    for slug in ("a", "b"):
        files[f"community/comments/{slug}/20261120-m-1.md"] = comment(slug, 1, "approved")
    own = {
        "timezone": "Europe/Paris",
        "cards": {"enabled": False},
        "series": {"voiles": {"title": "Les voiles"}},
        "comments": {"close": 60},
    }
    plugins = [*CONFIG["plugins"][:-1], {"cmflow": own}]  # type: ignore[index]
    return make_site(root, files, plugins=plugins)


def post(slug: str, at: int) -> str:
    """Write a post that links to the next, some in a series, some an interview."""
    near = SLUGS[(at + 1) % len(SLUGS)]
    text = (
        f"Début de {slug}, une note[^1] et [{near}]({near}.md).\n\n## Pourquoi ?\n\nParce que."
        f"\n\n<!-- more -->\n\n## La suite\n\nLa suite de {slug}.\n\n[^1]: Une note.\n"
    )
    more: dict[str, object] = {"series": "voiles", "episode": at + 1} if at % 3 == 0 else {}
    if at % 4 == 1:
        more["guests"] = [{"name": "Anne", "role": "Voilière"}]
    return a_post(
        slug,
        text,
        date=dt.datetime(2026, 10, 1 + at, 9, 0, tzinfo=PARIS),
        tags=[("toile", "fil")[at % 2], "sac"],
        categories=[("Atelier", "Réparer")[at % 2]],
        **more,
    )


def comment(slug: str, number: int, status: str) -> str:
    """Write a comment of a post."""
    return front(
        f"<p>Bravo pour {slug}, {number} !</p>",
        id=f"m.example/{slug}-{number}",
        source="mastodon",
        author={"name": "Zoé", "url": "https://m.example/@zoe"},
        url=f"https://m.example/@zoe/{slug}{number}",
        published=COMMENT + dt.timedelta(minutes=number),
        status=status,
    )


class Desk:
    """Edits a site; every edit takes three numbers to choose by, and may find nothing to do."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.posts = root / "content" / "blog" / "posts"
        self.answers = root / "content" / "community" / "comments"

    def _post(self, at: int) -> Path:
        found = sorted(self.posts.glob("*.md"))
        return found[at % len(found)]

    def _change(self, path: Path, pattern: str, new: str) -> None:
        text = path.read_text("utf-8")
        path.write_text(re.sub(pattern, lambda _: new, text, count=1, flags=re.MULTILINE), "utf-8")

    def body(self, a: int, b: int, _c: int) -> None:
        """Add a paragraph to a post."""
        path = self._post(a)
        path.write_text(path.read_text("utf-8") + f"\nEncore {b} mots.\n", "utf-8")

    def intro(self, a: int, b: int, _c: int) -> None:
        """Change what lists show of a post."""
        self._change(self._post(a), "^Début de .*$", f"Un autre début, {b}, et [a](a.md).")

    def heading(self, a: int, b: int, _c: int) -> None:
        """Give a heading other words, and so another anchor."""
        self._change(self._post(a), "^## .*$", f"## Comment {b} ?")

    def title(self, a: int, b: int, _c: int) -> None:
        """Give a post another title."""
        self._change(self._post(a), "^title: .*$", f"title: Titre {b} & <i>plus</i>")

    def date(self, a: int, b: int, _c: int) -> None:
        """Move a post in time; some into the future."""
        day = dt.date(2026, 9, 1) + dt.timedelta(days=b % 60) if b % 7 else dt.date(2099, 1, 1)
        self._change(self._post(a), "^date: .*$", f"date: {day}T09:00:00+02:00")

    def tags(self, a: int, b: int, _c: int) -> None:
        """Give a post other tags."""
        self._change(self._post(a), r"^tags:\n(- .*\n)+", f"tags:\n- fil\n- neuf {b % 3}\n")

    def category(self, a: int, b: int, _c: int) -> None:
        """Put a post into another category."""
        self._change(self._post(a), r"^categories:\n(- .*\n)+", f"categories:\n- Genre {b % 3}\n")

    def summary(self, a: int, b: int, _c: int) -> None:
        """Say something else of a post wherever another leads to it."""
        self._change(self._post(a), "^summary: .*$", f"summary: En bref, {b}.")

    def picture_of(self, a: int, b: int, _c: int) -> None:
        """Give a post a picture, which lists show."""
        self._change(
            self._post(a), "^slug:", f"image: {{src: ../assets/lea.png, alt: Vue {b}}}\nslug:"
        )

    def episode(self, a: int, b: int, _c: int) -> None:
        """Put a post at another place of a series."""
        path = self._post(a)
        self._change(path, "^(series|episode): .*\n", "")
        self._change(path, "^(series|episode): .*\n", "")
        self._change(path, "^categories:", f"series: voiles\nepisode: {b % 9}\ncategories:")

    def event(self, _a: int, b: int, _c: int) -> None:
        """Give an event another title."""
        path = self.root / "content" / "blog" / "evenement.md"
        self._change(path, "^# .*$", f"# Portes ouvertes, {b % 5}")

    def question(self, _a: int, b: int, _c: int) -> None:
        """Ask a question of the bank in other words."""
        path = self.root / "content" / "blog" / "questions" / "pourquoi.md"
        self._change(path, "^# .*$", f"# Pourquoi, {b % 5} ?")

    def draft(self, a: int, _b: int, _c: int) -> None:
        """Make a post a draft."""
        self._change(self._post(a), "^slug:", "draft: true\nslug:")

    def add(self, a: int, b: int, _c: int) -> None:
        """Write a new post."""
        (self.posts / f"neuf-{a % 5}.md").write_text(
            post("a", b % 20).replace("slug: a", f"slug: neuf-{a % 5}"), "utf-8"
        )

    def remove(self, a: int, _b: int, _c: int) -> None:
        """Delete a post, unless it is the last."""
        if len(list(self.posts.glob("*.md"))) > 2:
            self._post(a).unlink()

    def rename(self, a: int, b: int, _c: int) -> None:
        """Give a post another file and another address."""
        path = self._post(a)
        self._change(path, "^slug: .*$", f"slug: nom-{b}")
        path.rename(path.with_name(f"nom-{b}.md"))

    def page(self, _a: int, b: int, _c: int) -> None:
        """Change a page that is no post."""
        path = self.root / "content" / "blog" / "a-propos.md"
        path.write_text(f"# À propos {b % 3}\n\nVoir [b](posts/b.md) et {b}.\n", "utf-8")

    def author(self, _a: int, b: int, _c: int) -> None:
        """Give an author another name."""
        data = {"authors": {"lea": {**AUTHORS["authors"]["lea"], "name": f"Léa {b % 4}"}}}
        path = self.root / "content" / "blog" / ".authors.yml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")

    def settings(self, _a: int, b: int, _c: int) -> None:
        """Change what every page shows."""
        config = self.root / "mkdocs.yml"
        data = yaml.safe_load(config.read_text("utf-8"))
        data["copyright"] = f"© {b % 3}"
        config.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")

    def extension(self, _a: int, b: int, _c: int) -> None:
        """Change an option of a Markdown extension."""
        config = self.root / "mkdocs.yml"
        data = yaml.safe_load(config.read_text("utf-8"))
        data["markdown_extensions"][-1] = {"toc": {"permalink": "#" if b % 2 else True}}
        config.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")

    def picture(self, _a: int, b: int, _c: int) -> None:
        """Change a file that is copied."""
        (self.root / "content/blog/assets/lea.png").write_bytes(PICTURE + bytes([b % 256]))

    def answer(self, a: int, b: int, c: int) -> None:
        """Let a reader answer; not every answer is approved."""
        folder = self.answers / SLUGS[a % len(SLUGS)]
        folder.mkdir(parents=True, exist_ok=True)
        status = ("approved", "held", "rejected")[c % 3]
        name = f"20261120-m-{b % 5}.md"
        (folder / name).write_text(comment(folder.name, b % 5, status), "utf-8")

    def moderate(self, a: int, _b: int, c: int) -> None:
        """Decide about an answer."""
        if found := sorted(self.answers.rglob("*.md")):
            status = ("approved", "held", "rejected")[c % 3]
            self._change(found[a % len(found)], "^status: .*$", f"status: {status}")

    def silence(self, a: int, _b: int, _c: int) -> None:
        """Delete an answer."""
        if found := sorted(self.answers.rglob("*.md")):
            found[a % len(found)].unlink()

    def spoil(self, a: int, _b: int, c: int) -> None:
        """Meddle with the output: delete a file, write into one, or take everything away."""
        output = self.root / "site"
        found = sorted(path for path in output.rglob("*") if path.is_file())
        if not found:
            return
        if c % 3 == 0:
            found[a % len(found)].unlink()
        elif c % 3 == 1:
            found[a % len(found)].write_text("spoiled")
        else:
            shutil.rmtree(output)

    def touch(self, a: int, _b: int, _c: int) -> None:
        """Save a post without a change."""
        os.utime(self._post(a))

    def forget(self, _a: int, _b: int, c: int) -> None:
        """Lose the book, the larder, or both."""
        cache = self.root / ".cmflow" / "cache"
        for path in list(cache.glob("*")):
            if c % 3 == 2 or (path.suffix == ".db") == bool(c % 3):
                path.unlink()


EDITS = tuple(sorted(name for name in vars(Desk) if not name.startswith("_")))
