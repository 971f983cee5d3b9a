"""How long it takes to plan: 10,000 posts × 8 channels, with 70,000 receipts on disk.

    python bench/planning.py [--posts 10000]

Warm: the receipts were read once before, as on any machine that keeps its folder. It prints the
times for a quarter, half and all of the posts, so that one sees the growth, and fails above 2 s.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from cmflow import ledger_file
from cmflow.channel import Channel
from cmflow.ledger import Ledger, PartReceipt, Receipt, State
from cmflow.network import Abilities
from cmflow.note import Note, Part
from cmflow.plan import Act, Scene, plan
from cmflow.post import Dates, Post, PostMeta

CHANNELS = 8
WITH_RECEIPT = 7
BUDGET = 2.0
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
FIRST = dt.datetime(2001, 1, 1, 9, 0, tzinfo=dt.UTC)


def a_post(at: int) -> Post:
    """Make the post of a number, one after another in time."""
    when = FIRST + dt.timedelta(hours=20 * at)
    meta = PostMeta(date=Dates(when), title=f"Post {at}", slug=f"post-{at}")
    return Post(f"posts/post-{at}.md", f"post-{at}", f"Post {at}", when, when, meta)


def a_receipt(slug: str, channel: str) -> Receipt:
    """Make the receipt of a note that stands."""
    part = PartReceipt(
        State.SENT, key="0f" * 16, created=NOW, reserved=NOW, digest="0f" * 8,
        id="113526789012345678", url=f"https://social.example/@ateliers/{slug}", tries=1,
    )  # fmt: skip
    return Receipt(slug, channel, "mastodon", (part,), 1, "0f" * 8)


def write(folder: Path, posts: list[Post]) -> None:
    """Write the receipts without waiting for the disk: that is not what is measured."""
    for post in posts:
        (folder / post.slug).mkdir(parents=True)
        for at in range(WITH_RECEIPT):
            receipt = a_receipt(post.slug, f"channel-{at}")
            path = folder / ledger_file.path_of(post.slug, receipt.channel)
            path.write_text(ledger_file.text(receipt), "utf-8")


def voice(post: Post, channel: str) -> Note:
    """Make a note; composing one is not what is measured."""
    return Note(post.slug, channel, "https://x.example/", post.title, "fr", (Part(post.title),))


def measure(posts: list[Post], folder: Path, index: Path) -> tuple[float, float]:
    """Return the seconds of reading the receipts and of planning with them."""
    ids = [f"channel-{at}" for at in range(CHANNELS)]
    scene = Scene(
        channels={id_: Channel(network="mastodon", since=FIRST.date()) for id_ in ids},
        abilities=dict.fromkeys(ids, Abilities(find=True)),
        versions={post.slug: "0f" * 8 for post in posts},
        zone=dt.UTC,
    )
    begun = time.perf_counter()
    ledger: Ledger = ledger_file.load(folder, index)
    read = time.perf_counter()
    steps = plan(posts, voice, ledger, {}, (), NOW, scene)
    done = time.perf_counter()
    if len(steps) != len(posts) * CHANNELS or sum(step.act is Act.SEND for step in steps) != 3:
        sys.exit("the plan is not the one that was to be measured")
    return read - begun, done - read


def main() -> int:
    """Measure, print, and tell whether it is fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    most = parser.parse_args().posts
    everything = [a_post(at) for at in range(most)]
    total = 0.0
    with tempfile.TemporaryDirectory() as name:
        for share in (4, 2, 1):
            posts = everything[: most // share]
            folder, index = Path(name) / f"receipts-{share}", Path(name) / f"{share}.index"
            write(folder, posts)
            begun = time.perf_counter()
            ledger_file.load(folder, index)
            cold = time.perf_counter() - begun
            times = [measure(posts, folder, index) for _ in range(3)]
            read, planned = min(times, key=sum)
            total = read + planned
            sys.stdout.write(
                f"{len(posts):>6} posts, {len(posts) * WITH_RECEIPT:>6} receipts:"
                f" {read:.2f} s + plan {planned:.2f} s = {total:.2f} s (cold: {cold:.1f} s)\n"
            )
    return 0 if total < BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
