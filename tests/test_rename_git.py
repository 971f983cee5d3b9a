"""A post whose receipts lie on a branch gets another slug: they move there, for every machine at once."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from sites import CONFIG, NOW, a_post, make_site
from test_cli import run
from test_never_twice import clone, git

from cmflow import rename, tip
from cmflow.errors import CmflowError
from cmflow.ledger import PartReceipt, Receipt, State
from cmflow.receipts import key_of, seeded
from cmflow.steps import Act
from cmflow.syndicate import foresee
from cmflow.trip import opened, store_of

SITE = CONFIG["site_url"]
SINCE = dt.date(2026, 1, 1)
IDENTITY = ("-c", "user.name=Léa", "-c", "user.email=lea@ateliers.example")


def speaking(branch):
    """The settings of a site that keeps its receipts in git."""
    plugins = [one for one in CONFIG["plugins"] if not isinstance(one, dict) or "cmflow" not in one]
    ledger = {"store": "git"} | ({"branch": branch} if branch else {})
    channels = {
        "bluesky": {"network": "bluesky", "account": "a.example", "since": SINCE},
        "masto": {"network": "mastodon", "server": "https://m.example", "since": SINCE},
    }
    own = {"timezone": "Europe/Paris", "channels": channels, "ledger": ledger}
    return {"plugins": [*plugins, {"cmflow": own}]}


def commit(folder, words, *, push="main"):
    git(folder, "add", "content", "mkdocs.yml")
    git(folder, *IDENTITY, "commit", "--quiet", "-m", words)
    git(folder, "push", "--quiet", "origin", f"HEAD:{push}")


@pytest.fixture(scope="module", params=["", "community"], ids=["one branch", "its own branch"])
def template(request, tmp_path_factory):
    """Two clones of a site with one post, which stands on Bluesky."""
    folder = tmp_path_factory.mktemp("rename")
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    clone(folder, "one")
    make_site(folder / "one", {"blog/posts/vieux.md": a_post("vieux")}, **speaking(request.param))
    (folder / "one" / ".gitignore").write_text(
        "/.cmflow\n/content/community\n" if request.param else "/.cmflow\n"
    )
    git(folder / "one", "add", ".gitignore")
    commit(folder / "one", "Début")
    clone(folder, "two")
    return folder, request.param or "main"


class Machines:
    """The remote, and two machines that know it."""

    def __init__(self, root, branch):
        self.root = root
        self.branch = branch
        self.folder = "content/community/receipts" if branch == "main" else "receipts"
        for name in ("one", "two"):
            git(root / name, "remote", "set-url", "origin", str(root / "remote.git"))

    def config(self, name="one"):
        return self.root / name / "mkdocs.yml"

    def desk(self, name="one"):
        return opened(self.config(name), {}, lambda: NOW)

    def store(self, name="two"):
        with self.desk(name) as desk:
            return store_of(desk.facts.settings)

    def keep(self, receipt, name="two"):
        store = self.store(name)
        with store.opened():
            store.save(receipt, None, "kept")

    def receipts(self):
        listed = git(self.root / "remote.git", "ls-tree", "-r", "--name-only", self.branch)
        return sorted(
            path.removeprefix(f"{self.folder}/")
            for path in listed.splitlines()
            if path.startswith(f"{self.folder}/")
        )

    def read(self, pair):
        store = self.store("one")
        with store.opened():
            return store.read(pair)

    def acts(self, name="one"):
        with self.desk(name) as desk:
            return {(s.slug, s.channel): s for s in foresee(desk.trip, live=False)}


def standing(slug="vieux", channel="bluesky", state=State.SENT):
    part = PartReceipt(
        state, key=key_of(SITE, slug, channel, 0), id="at://1", url="https://bsky.app/1",
        digest="0" * 16,
    )  # fmt: skip
    return Receipt(slug, channel, "bluesky", (part,))


@pytest.fixture
def silent(tmp_path, template):
    """Machines of which none has said anything."""
    folder, branch = template
    shutil.copytree(folder, tmp_path / "m", symlinks=True)
    return Machines(tmp_path / "m", branch)


@pytest.fixture
def machines(silent):
    silent.keep(standing())
    return silent


def test_the_receipts_move_on_the_branch_that_all_machines_read(machines):
    assert machines.receipts() == ["vieux/bluesky.yml"]
    rename.rename(machines.config(), "vieux", "neuf")
    assert machines.receipts() == ["neuf/bluesky.yml"]
    assert machines.read(("neuf", "bluesky")) == Receipt(
        "neuf", "bluesky", "bluesky", standing().parts
    )


def test_what_lies_in_the_checkout_follows(machines):
    rename.rename(machines.config(), "vieux", "neuf")
    here = machines.root / "one" / "content" / "community" / "receipts"
    assert [path.relative_to(here).as_posix() for path in here.rglob("*.yml")] == [
        "neuf/bluesky.yml"
    ]


def test_after_the_rename_nothing_is_sent_again(machines):
    rename.rename(machines.config(), "vieux", "neuf")
    acts = machines.acts()
    assert acts["neuf", "bluesky"].act in (Act.SKIP, Act.EDIT)
    assert acts["neuf", "masto"].act is Act.SEND
    assert {slug for slug, _ in acts} == {"neuf"}


def test_until_the_new_name_is_published_nothing_is_sent_and_nothing_taken_back(machines):
    """The other machine has the post under its old name still; the ledger has it under the new one."""
    rename.rename(machines.config(), "vieux", "neuf")
    acts = machines.acts("two")
    assert {pair: step.act for pair, step in acts.items()} == {
        ("vieux", "bluesky"): Act.HOLD,
        ("vieux", "masto"): Act.HOLD,
        ("neuf", "bluesky"): Act.HOLD,
    }
    assert "being renamed to neuf" in acts["vieux", "masto"].reason.show()
    assert "receipt of vieux" in acts["neuf", "bluesky"].reason.show()


def test_what_another_run_kept_under_the_old_name_meanwhile_is_not_sent_again(machines):
    rename.rename(machines.config(), "vieux", "neuf")
    machines.keep(standing(channel="masto"))
    acts = machines.acts()
    assert acts["neuf", "masto"].act is Act.SKIP
    assert "former name, vieux" in acts["neuf", "masto"].reason.show()
    assert acts["vieux", "masto"].act is Act.SKIP


def test_what_failed_under_the_old_name_meanwhile_is_held_and_named(machines):
    rename.rename(machines.config(), "vieux", "neuf")
    machines.keep(standing(channel="masto", state=State.FAILED))
    step = machines.acts()["neuf", "masto"]
    assert step.act is Act.HOLD
    assert "vieux/masto" in step.reason.show()


def test_an_archive_keeps_its_seed_through_a_rename(silent):
    """A seed has no key, and gets one."""
    silent.keep(seeded("vieux", "masto", "mastodon"))
    rename.rename(silent.config(), "vieux", "neuf")
    assert silent.acts()["neuf", "masto"].act is Act.SKIP
    assert silent.acts("two")["vieux", "masto"].act is Act.HOLD


def test_a_push_that_was_refused_is_tried_again(machines, monkeypatch):
    pushed = tip.Tip._pushed
    turns = []

    def quicker(self, made):
        if not turns:
            turns.append(made)
            machines.keep(standing(channel="masto"))
        return pushed(self, made)

    monkeypatch.setattr(tip.Tip, "_pushed", quicker)
    rename.rename(machines.config(), "vieux", "neuf")
    assert machines.receipts() == ["neuf/bluesky.yml", "neuf/masto.yml"]


def test_a_branch_that_cannot_be_pushed_to_leaves_everything_as_it_was(machines, monkeypatch):
    monkeypatch.setattr(tip, "_TRIES", 2)
    hook = machines.root / "remote.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'protected branch hook declined' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(CmflowError, match="hook declined"):
        rename.rename(machines.config(), "vieux", "neuf")
    assert machines.receipts() == ["vieux/bluesky.yml"]
    assert (machines.root / "one" / "content" / "blog" / "posts" / "vieux.md").is_file()
    assert not (machines.root / "one" / rename.JOURNAL).exists()


@pytest.mark.parametrize("state", [State.RESERVED, State.UNKNOWN])
def test_a_note_in_doubt_is_settled_first(machines, state):
    machines.keep(standing(channel="masto", state=state))
    with pytest.raises(CmflowError, match="Nobody knows of a note"):
        rename.rename(machines.config(), "vieux", "neuf")
    assert machines.receipts() == ["vieux/bluesky.yml", "vieux/masto.yml"]


def test_a_receipt_of_the_new_name_is_in_the_way(machines):
    machines.keep(standing(slug="neuf"))
    with pytest.raises(CmflowError, match="There is a receipt of this name"):
        rename.rename(machines.config(), "vieux", "neuf")
    assert (machines.root / "one" / "content" / "blog" / "posts" / "vieux.md").is_file()


def test_a_rename_that_was_cut_off_after_the_push_is_ended(machines, monkeypatch):
    with monkeypatch.context() as patches:
        patches.setattr(rename.frontmatter, "write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rename.rename(machines.config(), "vieux", "neuf")
    assert machines.receipts() == ["neuf/bluesky.yml"]
    rename.rename(machines.config(), "vieux", "neuf")
    assert machines.receipts() == ["neuf/bluesky.yml"]
    assert (machines.root / "one" / "content" / "blog" / "posts" / "neuf.md").is_file()


def test_a_checkout_with_commits_of_its_own_is_told_to_pull(machines, monkeypatch, capsys):
    one = machines.root / "one"
    git(one, "pull", "--quiet", "origin", "main")
    (one / "content" / "blog" / "seul.md").write_text("# Seul\n")
    git(one, "add", "content/blog")
    git(one, *IDENTITY, "commit", "--quiet", "-m", "Seul")
    monkeypatch.chdir(one)
    code, _, told = run(capsys, "rename", "vieux", "neuf")
    assert code == 0, told
    assert machines.receipts() == ["neuf/bluesky.yml"]
    assert ("git pull brings them here" in told) == (machines.branch == "main")
    # And the pull does: nothing that was renamed here is in its way.
    git(one, "add", "content/blog")
    git(one, *IDENTITY, "commit", "--quiet", "-m", "Renommé")
    git(one, *IDENTITY, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    here = one / "content" / "community" / "receipts"
    assert [path.parent.name for path in here.rglob("*.yml")] == ["neuf"]


def test_and_back_again(machines):
    rename.rename(machines.config(), "vieux", "neuf")
    rename.rename(machines.config(), "neuf", "vieux")
    assert machines.receipts() == ["vieux/bluesky.yml"]
    assert machines.acts()["vieux", "bluesky"].act in (Act.SKIP, Act.EDIT)
    assert machines.acts()["vieux", "masto"].act is Act.SEND
