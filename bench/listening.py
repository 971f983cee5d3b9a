"""How long it takes to listen and to show: 5,000 posts with 100,000 comments, 100 of them new.

    python bench/listening.py [--posts 5000]

It prints the times for a quarter, half and all of the posts, so that one sees the growth: to read
every comment, to collect a hundred new ones, and to weave the hundred pages that they change. It
fails where the weaving takes 2 s or the memory 500 MB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cmflow import comment_file, community, library, loom, mkdocs_yml, topics, urls
from cmflow.collect import Ear, Round, collect
from cmflow.heard import Batch, Heard, Marks, Topic
from cmflow.hearing import House
from cmflow.ledger import Ledger, PartReceipt, Receipt, State
from cmflow.marks import MarkFile
from cmflow.moderation import Rules
from cmflow.network import Account, Answer
from cmflow.settings import Settings
from cmflow.shelf import FileShelf
from cmflow.thread import Comment, Speaker, Status, Tally
from cmflow.written import Made

EACH = 20
NEW = 100
WEAVING = 2.0
MEMORY = 500
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)

CONFIG = """\
site_name: Bench
site_url: https://bench.example/
docs_dir: content/blog
theme: {name: material, language: en, font: false}
plugins:
  - blog: {blog_dir: ., post_url_format: "posts/{slug}"}
  - cmflow: {cards: {enabled: false}}
"""
POST = """\
---
title: "Post {at}"
slug: post-{at}
date: 2026-{month:02}-{day:02}
---

A paragraph about sails.

<!-- more -->

And another one.
"""
PAGE = """\
<!doctype html><html lang="en"><head><title>{title}</title></head><body>
<article class="md-content__inner md-typeset"><h1>{title}</h1><p>A paragraph about sails.</p>
</article></body></html>
"""


def a_comment(post: int, at: int) -> Comment:
    """Make a comment; every third one begins a thread."""
    name = f"post-{post}/{at}"
    return Comment(
        id=f"social.example/{name}",
        author=Speaker(f"Reader {at}", f"https://social.example/@reader{at}"),
        published=NOW - dt.timedelta(days=40) + dt.timedelta(minutes=at),
        status=Status.APPROVED,
        text=f"<p>{'I mended mine last summer, and it still holds. ' * 6}</p>",
        url=f"https://social.example/s/{name}",
        reply_to=f"social.example/post-{post}/{at - 1}" if at % 3 else "",
        source="social",
    )


def write(root: Path, posts: int) -> Settings:
    """Write a site with its posts and comments."""
    (root / "mkdocs.yml").write_text(CONFIG)
    folder = root / "content" / "blog" / "posts"
    folder.mkdir(parents=True)
    (root / "content" / "blog" / "index.md").write_text("# Bench\n")
    for at in range(posts):
        text = POST.format(at=at, month=at % 9 + 1, day=at % 28 + 1)
        (folder / f"post-{at}.md").write_text(text)
        for number in range(EACH):
            comment = a_comment(at, number)
            path = root / "content/community" / comment_file.path_of(f"post-{at}", comment)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(comment_file.text(comment))
    return mkdocs_yml.load(root / "mkdocs.yml")[0]


class Social:
    """A network on which one more person answered a hundred of the notes."""

    name = "social"
    title = "Social"
    secrets = ()
    needs_note = True
    vouches = True

    def listen(self, account: Account, about: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """Tell all comments of each post; one more of each."""
        del account, marks
        for step, topic in enumerate(about, 1):
            post = int(topic.slug.removeprefix("post-"))
            heard = [
                Heard(
                    id=one.id, author=one.author, html=one.text, published=one.published,
                    url=one.url, reply_to=one.reply_to,
                )
                for one in (a_comment(post, at) for at in range(EACH + 1))
            ]  # fmt: skip
            yield Batch(topic.slug, tuple(heard), Tally(3, 1), whole=True, step=step, of=len(about))

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002  # the protocol's
        """Nothing is missing."""
        del account, topic
        raise AssertionError(id)


def measure(root: Path, posts: int) -> tuple[float, float, float]:
    """Return the seconds of reading, of collecting, and of weaving."""
    settings = write(root, posts)
    begun = time.perf_counter()
    slugs = community.slugs(settings)
    count = sum(len(community.shelved(settings, slug).kept) for slug in slugs)
    read = time.perf_counter()
    if count != posts * EACH:
        sys.exit("not every comment was read")
    books = library.load(settings)
    begun_collecting = time.perf_counter()
    new = _collected(settings, books)
    collected = time.perf_counter()
    if len(new) != NEW:
        sys.exit("not every comment was collected")
    made = Made({post.path: urls.post_url(post, settings) for post in books.posts}, {})
    begun_weaving = time.perf_counter()
    weaver = loom.weaver_of(loom.site_of(settings, books, made, now=NOW))
    for slug in sorted(new):
        page = weaver.page(PAGE.format(title=slug), f"posts/{slug}/")
        if page.count("cm-comment__head") != EACH + 1:
            sys.exit("a comment is not on its page")
    woven = time.perf_counter()
    return read - begun, collected - begun_collecting, woven - begun_weaving


def _collected(settings: Settings, books: library.Library) -> set[str]:
    part = PartReceipt(State.SENT, key="k", created=NOW, id="1", url="https://social.example/1")
    told = [post for post in books.posts if int(post.slug.removeprefix("post-")) < NEW]
    ledger = Ledger({(p.slug, "social"): Receipt(p.slug, "social", "x", (part,)) for p in told})
    shelf = FileShelf(settings)
    since = NOW.date() - dt.timedelta(days=90)
    with shelf.opened():
        about = topics.of_channel("social", books.posts, ledger, shelf, since, settings)
        round_ = Round(
            ears=(Ear("social", Social(), tuple(about), _nobody),),
            shelf=shelf,
            house=House(Rules(hold="none")),
            register=topics.Register(books.posts, settings),
            marks=MarkFile(settings.root / ".cmflow" / "marks.json"),
            faces=lambda _heard: ({}, {}),
            now=NOW,
        )
        (gathered,) = collect(round_, lambda _step: None)
    return {change.path.split("/")[1] for change in gathered.changes}


def _nobody() -> Account:
    return Account("social", None, {}, None, lambda _path: b"")


def main() -> None:
    """Measure three sizes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=5000)
    posts = parser.parse_args().posts
    sys.stdout.write(f"{'comments':>9} {'read':>8} {'collect':>8} {'weave':>8} {'memory':>8}\n")
    woven = 0.0
    for size in (posts // 4, posts // 2, posts):
        with tempfile.TemporaryDirectory() as folder:
            read, collected, woven = measure(Path(folder), size)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        row = f"{size * EACH:>9} {read:>7.2f}s {collected:>7.2f}s {woven:>7.2f}s {peak:>6}MB\n"
        sys.stdout.write(row)
    if woven > WEAVING or peak > MEMORY:
        sys.exit(f"more than {WEAVING} s, or than {MEMORY} MB")


if __name__ == "__main__":
    main()
