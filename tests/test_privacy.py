"""The inventory of personal data says what the files really contain, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import msgspec
import pytest
import yaml
from answering import SLUGS, World, said
from msgspec.structs import replace

from cmflow import comment_file, forgotten, ledger_file
from cmflow.forgotten import Forgotten
from cmflow.hearing import gone
from cmflow.ledger import PartReceipt, Receipt, State
from cmflow.team import Colleague
from cmflow.thread import Comment, Speaker, Status, Tally

PAGE = (Path(__file__).parent.parent / "docs" / "privacy.md").read_text("utf-8")
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
FOLDERS = ("comments", "reactions", "avatars", "receipts")


def inventory(title: str) -> set[str]:
    """Every key that the page names in the table under a title."""
    (part,) = (part for part in PAGE.split("\n## ") if part.startswith(title))
    return set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))


def keys(data: object, above: str = "") -> set[str]:
    """Every key of a mapping, however deep, with those of `author` under their whole names."""
    if isinstance(data, list):
        return set().union(*(keys(one, above) for one in data)) if data else set()
    if not isinstance(data, dict):
        return set()
    found: set[str] = set()
    for key, value in data.items():
        inner = keys(value, f"{key}." if key == "author" else "")
        found |= inner if key == "author" else {f"{above}{key}"} | inner
    return found


FULL = Comment(
    id="m.example/1",
    author=Speaker("Ada", "https://m.example/@ada", "1.png"),
    published=NOW,
    status=Status.REJECTED,
    text="<p>Bonjour.</p>",
    url="https://m.example/@ada/1",
    reply_to="m.example/0",
    source="mastodon",
    edited=NOW,
    team=True,
    held_for=("all",),
    reason="1. Spam",
    settled=True,
    redacted=True,
)


def written(comment: Comment) -> set[str]:
    """The keys of a comment's file; its words count as `text`."""
    _, head, body = comment_file.text(comment).split("---\n", 2)
    return keys(yaml.safe_load(head)) | ({"text"} if body.strip() else set())


def test_every_key_of_a_comment_is_named():
    assert set(Comment.__struct_fields__) == {
        name.partition(".")[0] for name in inventory("Comments")
    }, "a comment has a field that docs/privacy.md does not name, or the other way round"
    assert written(FULL) == inventory("Comments")


def test_what_a_deleted_comment_keeps_is_what_the_page_says():
    from cmflow.community import Filed

    left = written(gone(Filed("comments/a/b.md", replace(FULL, team=False))).after)
    (sentence,) = re.findall(r"deleted where it was written keeps (.*?) and the decision", PAGE)
    named = set(re.findall(r"`([^`]+)`", sentence))
    assert left == named | {"author.name", "status", "reason", "settled", "redacted"}
    assert gone(Filed("comments/a/b.md", FULL)).after.author == Speaker("")


def test_every_key_of_the_reactions_is_named():
    assert set(Tally.__struct_fields__) == inventory("Reactions")


def test_every_key_of_a_receipt_is_named():
    parts = PartReceipt(
        State.FAILED, "k", NOW, NOW, "d", "1", "https://m.example/1", 2, "rate", "wait", NOW
    )
    receipt = Receipt("a", "mastodon", "mastodon", (parts,), 1, "v")
    assert keys(yaml.safe_load(ledger_file.text(receipt))) == inventory("Receipts")
    fields = {*Receipt.__struct_fields__, *PartReceipt.__struct_fields__} - {"slug", "channel"}
    assert fields == inventory("Receipts")


def test_every_key_of_the_team_is_named():
    assert {field.name for field in msgspec.structs.fields(Colleague)} == inventory(
        "Your own people"
    )


def test_what_a_run_writes_is_in_the_inventory(tmp_path):
    world = World(tmp_path)
    slug = SLUGS[0]
    world.place.talk(slug, said("1"), said("2", to="1", edited=NOW.isoformat()), likes=2, boosts=1)
    world.collect()
    made = Forgotten(key="key")
    (world.settings.community / forgotten.FILE).write_text(forgotten.text([made.digest("id", "x")]))
    for path, data in world.files().items():
        place = path.split("/")[0]
        text = data.decode()
        if place == "comments":
            head = yaml.safe_load(text.split("---\n")[1])
            assert keys(head) <= inventory("Comments")
        elif place == "reactions":
            assert keys(list(yaml.safe_load(text).values())) <= inventory("Reactions")
        else:
            assert path == forgotten.FILE
            assert re.fullmatch(r"[0-9a-f]{32}\n", text)
    marks = world.config.parent / ".cmflow" / "marks.json"
    for kept in json.loads(marks.read_text()).values():
        assert set(kept) == inventory("On this machine")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_of_what_came_back_has_a_title(folder):
    assert f"`content/community/{folder}/" in PAGE


def test_no_other_folder_is_written():
    """Whoever adds one adds it to the inventory."""
    names = set()
    for path in (Path(__file__).parent.parent / "cmflow").glob("*.py"):
        names |= set(re.findall(r'^(?:FOLDER|FACES) = "([a-z]+)"', path.read_text("utf-8"), re.M))
    # Of the plan, which people write; and of builds, below `.cmflow`.
    assert names - {"calendars", "cache"} <= set(FOLDERS)
    assert "`.cmflow/cache`" in PAGE


def test_each_part_says_why_how_long_and_how_it_goes():
    parts = [part for part in PAGE.split("\n## ")[1:] if "`content/" in part.split("\n")[0]]
    parts += [part for part in PAGE.split("\n## ")[1:] if part.startswith("On this machine")]
    assert len(parts) == 7
    for part in parts:
        assert all(word in part.lower() for word in ("**why", "how long", "how it goes")), part[:40]


# Pictures


def shows(**faces: str):
    """Fetch pictures without a network: a file for each address."""

    def fetch(heard):
        names = {one.avatar: faces[one.avatar] for one in heard if one.avatar in faces}
        return names, {f"avatars/{name}": b"png" for name in names.values()}

    return fetch


def with_faces(world: World, *things: dict, **faces: str) -> set[str]:
    """Collect with pictures; returns the names of those that are kept."""
    from cmflow.collect import collect

    world.place.talk(SLUGS[0], *things)
    with world.shelf.opened():
        collect(msgspec.structs.replace(world.round(), faces=shows(**faces)), lambda _step: None)
    return {path.partition("/")[2] for path in world.files() if path.startswith("avatars/")}


def test_a_picture_goes_with_the_last_comment_that_shows_it(tmp_path):
    world = World(tmp_path)
    ada = {"name": "Ada", "avatar": "ada"}
    assert with_faces(world, said("1", **ada), said("2", **ada), ada="ada.png") == {"ada.png"}
    assert with_faces(world, said("1", **ada), ada="ada.png") == {"ada.png"}
    assert with_faces(world, ada="ada.png") == set()


def test_a_picture_that_was_replaced_goes(tmp_path):
    world = World(tmp_path)
    assert with_faces(world, said("1", avatar="old"), old="1.png", new="2.png") == {"1.png"}
    assert with_faces(world, said("1", avatar="new"), old="1.png", new="2.png") == {"2.png"}


def test_nobody_asks_for_the_picture_of_who_was_forgotten(tmp_path):
    from cmflow.collect import collect

    made = Forgotten(key="key")
    digests = frozenset({made.digest("key", ""), made.digest("profile", "place.example/@ada")})
    world = World(tmp_path, forgotten=Forgotten(digests, "key"))
    asked = []

    def fetch(heard):
        asked.extend(one.avatar for one in heard)
        return {}, {}

    world.place.talk(SLUGS[0], said("1", name="Ada", avatar="ada"), said("2", avatar="zoé"))
    with world.shelf.opened():
        collect(msgspec.structs.replace(world.round(), faces=fetch), lambda _step: None)
    assert asked == ["zoé"]


def test_no_picture_is_kept_that_no_comment_shows(tmp_path):
    world = World(tmp_path)
    assert with_faces(world, said("1", avatar="a"), a="1.png") == {"1.png"}
    # What has no id is not kept.
    twin = said("", id="", avatar="b")
    assert with_faces(world, said("1", avatar="a"), twin, a="1.png", b="2.png") == {"1.png"}
