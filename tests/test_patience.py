"""Waiting until pages are live: bounded, told once, and never for what is not due."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from speaking import World

from cmflow.errors import say
from cmflow.patience import until_live
from cmflow.plan import Live

AWAY = Live(ok=False, reason=say("Its page is not live."))
TEN = dt.timedelta(minutes=10)


class Waiting:
    def __init__(self, root, appear=None, **more):
        self.world = World(root, **more)
        self.told, self.slept = [], 0.0
        self.appear = appear or {}
        self.began = self.world.clock()
        self.trip = msgspec.structs.replace(self.world.trip(), live=self.live)

    def live(self, post):
        after = self.appear.get(post.slug)
        gone = (self.world.clock() - self.began).total_seconds()
        return Live(ok=True, reason=AWAY.reason) if after is not None and gone >= after else AWAY

    def sleep(self, seconds):
        self.slept += seconds
        self.world.clock.forward(seconds=seconds)

    def wait(self, most=TEN):
        return until_live(self.trip, most, self.told.append, self.sleep)


def test_where_all_is_live_nobody_waits(tmp_path):
    waiting = Waiting(tmp_path, {"un": 0, "deux": 0})
    assert (waiting.wait(), waiting.slept, waiting.told) == (0, 0, [])


def test_it_waits_for_the_last_page_and_no_longer(tmp_path):
    waiting = Waiting(tmp_path, {"un": 15, "deux": 65})
    assert waiting.wait() == 0
    assert 65 <= waiting.slept <= 75
    assert waiting.told == [2, 1]


@pytest.mark.parametrize("minutes", [1, 10])
def test_it_gives_up_in_the_end(tmp_path, minutes):
    waiting = Waiting(tmp_path)
    assert waiting.wait(dt.timedelta(minutes=minutes)) == 2
    assert waiting.slept == minutes * 60


def test_what_is_not_due_is_not_waited_for(tmp_path):
    waiting = Waiting(tmp_path)
    (waiting.world.root / "content/plan").mkdir(parents=True, exist_ok=True)
    for post in waiting.trip.posts:
        waiting.appear[post.slug] = None
    paused = msgspec.structs.replace(
        waiting.trip.scene,
        channels={
            id_: msgspec.structs.replace(channel, paused=True)
            for id_, channel in waiting.trip.scene.channels.items()
        },
    )
    waiting.trip = msgspec.structs.replace(waiting.trip, scene=paused)
    assert (waiting.wait(), waiting.slept) == (0, 0)
