"""A world that answers, for tests: a place where people speak, which remembers, beside a small site."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import msgspec
from sites import a_post, make_site

from cmflow import library, mkdocs_yml, topics
from cmflow.collect import Ear, Round, collect
from cmflow.errors import say
from cmflow.forgotten import Forgotten
from cmflow.heard import Batch, Heard, Unread
from cmflow.hearing import House
from cmflow.ledger import Ledger, PartReceipt, Receipt, State
from cmflow.marks import MarkFile
from cmflow.moderation import Rules
from cmflow.network import Answer, NetworkError, Trouble
from cmflow.shelf import FileShelf
from cmflow.thread import Speaker, Tally

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
SLUGS = ("voile-et-fil", "le-banc", "la-corde")


def said(id_, text="Bonjour.", *, name="Zoé", to="", minute=0, **more):
    """Something that a person said at the place."""
    return {
        "id": f"place.example/{id_}",
        "name": name,
        "url": f"https://place.example/@{name.lower()}",
        "html": f"<p>{text}</p>",
        "published": (NOW - dt.timedelta(days=1) + dt.timedelta(minutes=minute)).isoformat(),
        "at": f"https://place.example/s/{id_}",
        "reply_to": f"place.example/{to}" if to else "",
        **more,
    }


class Place:
    """Answers to notes as a server has them, in a file of its own; `event` is told of each request."""

    name = "place"
    title = "The place"
    secrets = ()
    needs_note = True
    vouches = True

    def __init__(self, file: Path, event=lambda: None):
        self.file = file
        self.event = event
        self.requests = 0
        self.fails = set()

    def talk(self, slug, *things, likes=0, boosts=0):
        """Make the thread of a post be this."""
        every = self._every()
        every[slug] = {"said": list(things), "likes": likes, "boosts": boosts}
        self.file.write_text(json.dumps(every))

    def _every(self):
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def _asked(self):
        self.event()
        self.requests += 1
        every = self._every()
        self.event()
        return every

    def listen(self, account, about, marks):
        for step, topic in enumerate(about, 1):
            if topic.slug in self.fails:
                raise NetworkError(Trouble.RATE, "wait", remedy=say("Wait."), certain=True, again=9)
            thread = self._asked().get(topic.slug)
            if thread is None:
                yield Batch(topic.slug, whole=True, step=step, of=len(about))
                continue
            lost = [one for one in thread["said"] if one.get("lost")]
            yield Batch(
                topic.slug,
                tuple(
                    map(
                        _heard,
                        (
                            one
                            for one in thread["said"]
                            if not one.get("hidden") and one not in lost
                        ),
                    )
                ),
                Tally(thread["likes"], thread["boosts"]),
                whole=True,
                unread=tuple(Unread(one["id"], say("It is broken."), say("Look.")) for one in lost),
                marks={"last": str(step)},
                step=step,
                of=len(about),
            )

    def ask(self, account, topic, id_):
        thread = self._asked().get(topic.slug, {"said": []})
        found = next((one for one in thread["said"] if one["id"] == id_), None)
        return _heard(found) if found else Answer.ABSENT


def _heard(one):
    return Heard(
        id=one["id"],
        author=Speaker(one["name"], one["url"]),
        html=one["html"],
        published=dt.datetime.fromisoformat(one["published"]) if one["published"] else None,
        url=one["at"],
        reply_to=one["reply_to"],
        edited=dt.datetime.fromisoformat(one["edited"]) if one.get("edited") else None,
        ours=one.get("ours", False),
        avatar=one.get("avatar", ""),
    )


class World:
    """A site of three posts that were told at the place, and everything needed to listen there."""

    def __init__(self, root: Path, *, rules=None, forgotten=None):
        self.root = root
        posts = {f"blog/posts/{slug}.md": a_post(slug) for slug in SLUGS}
        self.config = make_site(root / "site", posts)
        self.place = Place(root / "place.json")
        self.rules = rules or Rules(hold="none")
        self.forgotten = forgotten or Forgotten()
        self.now = NOW
        self.settings = mkdocs_yml.load(self.config)[0]
        self.read = library.load(self.settings)
        self.shelf = FileShelf(self.settings)

    def ledger(self):
        part = PartReceipt(State.SENT, key="k", created=NOW, id="1", url="https://place.example/1")
        return Ledger({(slug, "place"): Receipt(slug, "place", "place", (part,)) for slug in SLUGS})

    def round(self, since=dt.date(2026, 1, 1), shelf=None):
        shelf = shelf or self.shelf
        about = topics.of_channel(
            "place", self.read.posts, self.ledger(), shelf, since, self.settings
        )
        return Round(
            ears=(Ear("place", self.place, tuple(about), lambda: None),),
            shelf=shelf,
            house=House(self.rules, self.forgotten),
            register=topics.Register(self.read.posts, self.settings),
            marks=MarkFile(self.settings.root / ".cmflow" / "marks.json"),
            faces=lambda _heard: ({}, {}),
            now=self.now,
        )

    def collect(self, shelf=None):
        shelf = shelf or self.shelf
        with shelf.opened():
            return collect(self.round(shelf=shelf), lambda _step: None)[0]

    def files(self):
        """Every file of content/community by its path."""
        folder = self.settings.community
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def comments(self, slug=SLUGS[0]):
        return {
            one.comment.id.partition("/")[2]: one.comment
            for one in self.shelf.comments(slug).kept.values()
        }


def with_(comment, **changes):
    return msgspec.structs.replace(comment, **changes)
