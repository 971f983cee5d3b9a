"""A person is erased: nothing that cmflow keeps names them, and no later collection brings them back."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from answering import SLUGS, World, said
from conversing import Talk, comment
from msgspec.structs import replace
from test_cli import run

from cmflow import forget, forgotten, moderate, person
from cmflow.cli import speech
from cmflow.errors import CmflowError
from cmflow.forgotten import KEY, Forgotten, recall
from cmflow.person import find, people
from cmflow.thread import Speaker, Status

ADA = "https://m.example/@ada"


@pytest.fixture(autouse=True)
def spoken(monkeypatch):
    monkeypatch.setenv(KEY, "a key of many letters")
    yield
    speech.speak("en")


def mention(words="@ada"):
    return f'<a href="{ADA}" rel="nofollow ugc noopener">{words}</a>'


@pytest.fixture
def talk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Talk(
        tmp_path,
        comment(1, "Bonjour.", name="Ada Lovelace", author=_ada(avatar="ada.png")),
        comment(2, f"{mention()} merci, Ada  <em>Lovelace</em> !", name="Bob", to=1),
        comment(3, "Oui.", name="Ada Lovelace", to=2, author=_ada(), status=Status.REJECTED),
        comment(4, "Et moi ?", name="Zoé", to=3),
        comment(5, "Un casino, adalovelace, Adam.", url="", author=Speaker("Ada")),
    )
    faces = found.folder / "avatars"
    faces.mkdir()
    (faces / "ada.png").write_bytes(b"x")
    return found


def _ada(**more):
    return Speaker("Ada Lovelace", ADA, **more)


def tree(root: Path) -> str:
    """Everything below a folder as one text: names and contents."""
    parts = []
    for path in sorted(root.rglob("*")):
        parts.append(path.relative_to(root).as_posix())
        parts += [path.read_bytes().decode("utf-8", "replace")] if path.is_file() else []
    return "\n".join(parts)


# Whom is meant


@pytest.mark.parametrize(
    "word",
    ["ada lovelace", "ADA  Lovelace", "@ada", "@ada@m.example", "ada@m.example", ADA,
     "http://www.m.example/users/ada/", "m.example/1", f"{ADA}/3",
     "https://elsewhere.example/@ada@m.example"],
)  # fmt: skip
def test_a_person_is_found_in_every_way_people_name_one(talk, word):
    (found,) = find(word, people(moderate.everything(talk.shelf)))
    assert found.profile == "m.example/@ada"
    assert [one.comment.id for one in found.said] == ["m.example/1", "m.example/3"]


def test_a_file_or_a_short_id_means_its_author(talk):
    every = moderate.everything(talk.shelf)
    for word in (every[0].short, every[0].path, f"content/community/{every[0].path}"):
        assert [one.profile for one in find(word, people(every))] == ["m.example/@ada"]


@pytest.mark.parametrize("word", ["Grace", "ada lovelac", "ada@gmail.example", ""])
def test_nobody_is_found_by_part_of_a_name(talk, word):
    assert find(word, people(moderate.everything(talk.shelf))) == ()


def test_people_of_one_name_at_two_places_are_two(talk):
    talk.add(comment(8, name="Ada Lovelace", author=Speaker("Ada Lovelace", "https://n.example/a")))
    found = find("Ada Lovelace", people(moderate.everything(talk.shelf)))
    assert {one.profile for one in found} == {"m.example/@ada", "n.example/a"}


def test_of_whom_only_a_name_is_known_one_source_knows_one(talk):
    talk.add(comment(8, source="courriel", author=Speaker("Ada")))
    talk.add(comment(9, author=Speaker("ada")))
    found = find("Ada", people(moderate.everything(talk.shelf)))
    assert sorted(len(one.said) for one in found) == [1, 2]


def test_others_tell_under_which_handle_a_person_goes(talk):
    bluesky = "https://bsky.example/profile/did:plc:ada"
    talk.add(
        comment(8, id="at://did:plc:ada/app.bsky.feed.post/1", author=Speaker("A. L.", bluesky))
    )
    talk.add(comment(9, f'<p><a href="{bluesky}">@ada.example</a> bravo</p>', name="Bob"))
    every = moderate.everything(talk.shelf)
    (found,) = find(bluesky, people(every))
    assert person.known_as(found, every).nicks == {"ada.example"}


def test_who_never_spoke_can_be_left_alone_too(talk):
    (found,) = find("@grace@n.example", people(()))
    assert (found.profile, found.handles) == ("n.example/@grace", {"grace@n.example"})


# Erasing


def test_nothing_that_is_kept_names_a_person_who_was_erased(talk, capsys, tmp_path):
    cache = tmp_path / ".cmflow"
    cache.mkdir()
    (cache / "marks.json").write_text("{}")
    (cache / "some.index").write_text("Ada Lovelace")
    (cache / "cards").mkdir()
    (cache / "cards" / "1.png").write_bytes(b"\0Ada")
    code, _, _ = run(capsys, "forget", "Ada Lovelace", "--yes")
    assert code == 0
    left = tree(tmp_path)
    for trace in ("Ada Lovelace", "Lovelace", "@ada", "m.example/@ada", "ada.png", "m.example/1"):
        assert trace.lower() not in left.lower().replace("adalovelace", ""), trace
    assert (cache / "cards" / "1.png").exists()
    assert not (cache / "marks.json").exists()
    assert talk.now(5).text == "<p>Un casino, adalovelace, Adam.</p>"


def test_answers_stay_and_climb(talk, capsys):
    run(capsys, "forget", ADA, "--yes")
    assert talk.now(2).text == "<p>[…] merci, […] !</p>"
    assert talk.now(2).redacted
    assert (talk.now(2).reply_to, talk.now(4).reply_to) == ("", "m.example/2")
    assert not talk.now(4).redacted


def test_the_second_time_nothing_is_left_to_do(talk, capsys):
    run(capsys, "forget", ADA, "--yes")
    before = talk.files()
    assert run(capsys, "forget", ADA, "--yes")[0] == 0
    assert talk.files() == before


def test_what_remains_is_a_digest_that_tells_nothing_without_the_key(talk, capsys):
    run(capsys, "forget", ADA, "--yes")
    lines = (talk.folder / forgotten.FILE).read_text().splitlines()
    assert all(re.fullmatch("[0-9a-f]{32}", line) for line in lines)
    assert lines == sorted(lines)
    known = recall(frozenset(lines), "a key of many letters")
    assert known.knows("m.example/1")
    assert known.knows("new", ADA)
    assert not Forgotten(frozenset(lines), "another").knows("m.example/1", ADA)


def test_looking_changes_nothing_and_needs_no_key(talk, capsys, monkeypatch):
    monkeypatch.delenv(KEY)
    before = talk.files()
    code, out, _ = run(capsys, "forget", "@ada", "--dry-run")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["Ada", "−", "−", "±", "±"]
    assert talk.files() == before


def test_it_asks_before_it_erases(talk, capsys, monkeypatch):
    before = talk.files()
    code, _, err = run(capsys, "forget", "@ada")
    assert (code, "--yes" in err) == (2, True)
    monkeypatch.setattr("cmflow.cli.ask.somebody", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "y")
    assert run(capsys, "forget", "@ada")[0] == 1
    assert talk.files() == before
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "@Ada")
    assert run(capsys, "forget", "@ada")[0] == 0
    assert talk.files() != before


def test_without_a_key_nobody_is_forgotten_and_a_fresh_one_is_offered(talk, capsys, monkeypatch):
    monkeypatch.delenv(KEY)
    before = talk.files()
    code, _, err = run(capsys, "forget", "@ada", "--yes")
    assert code == 1
    (fresh,) = set(re.findall(rf"{KEY}=(\S+)", err))
    assert len(fresh) > 40
    assert "gh secret set" in err
    assert talk.files() == before
    assert fresh not in run(capsys, "forget", "@ada", "--yes")[2]


def test_another_key_than_the_one_used_before_is_refused(talk, capsys, monkeypatch):
    run(capsys, "forget", "@ada", "--yes")
    monkeypatch.setenv(KEY, "another")
    code, _, err = run(capsys, "forget", "Zoé", "--yes")
    assert code == 1
    assert "not the key" in err
    monkeypatch.delenv(KEY)
    assert "come back" in run(capsys, "forget", "Zoé", "--yes")[2]


def test_several_people_of_a_name_are_listed_and_none_is_erased(talk, capsys):
    talk.add(comment(8, name="Ada Lovelace", author=Speaker("Ada Lovelace", "https://n.example/a")))
    before = talk.files()
    code, out, err = run(capsys, "forget", "ada lovelace", "--yes")
    assert code == 1
    assert "https://n.example/a" in out
    assert ADA in out
    assert "2 people" in err
    assert talk.files() == before
    assert run(capsys, "forget", ADA, "https://n.example/a", "--yes")[0] == 0
    assert "Lovelace" not in "".join(talk.files()) + str(talk.files()).replace("adalovelace", "")


def test_what_people_wrote_is_named_with_its_line(talk, capsys, tmp_path):
    (tmp_path / "content/plan").mkdir(exist_ok=True)
    (tmp_path / "content/plan/note.md").write_text("Un\nAppeler Ada Lovelace\n@ada@m.example\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("Ada Lovelace")
    broken = talk.add(comment(9, "Cassé"))
    broken.write_text("---\nid: [\n---\nAda Lovelace\n", "utf-8")
    code, out, err = run(capsys, "forget", "@ada", "--yes")
    assert code == 0
    assert "content/plan/note.md:2\ncontent/plan/note.md:3" in out
    assert f"{broken.relative_to(tmp_path).as_posix()}:4" in out
    assert "build it again" in err
    assert f"{ADA}/1" in err


@pytest.mark.parametrize(
    ("name", "text", "after"),
    [
        ("Rose", "une rose de Rose", "une rose de […]"),
        ("Éloïse L’Hôte", "ÉLOÏSE  l’hôte et Éloïse", "[…] et Éloïse"),
        ("A & B", "voici A &amp; B", "voici […]"),
        ("🌊", "la 🌊", "la 🌊"),
        ("x+y (z)", "dit x+y (z)", "dit […]"),
        ("Ada Lovelace", '<a href="https://w.example/Ada">Ada Lovelace</a>',
         '<a href="https://w.example/Ada" rel="nofollow ugc noopener">[…]</a>'),
    ],
)  # fmt: skip
def test_a_name_is_taken_out_as_a_whole(tmp_path, name, text, after):
    who = comment(1, author=Speaker(name, "https://m.example/@q"))
    talk = Talk(tmp_path, who, comment(2, text, name="Bob"))
    (found,) = find("https://m.example/@q", people(moderate.everything(talk.shelf)))
    forget.erase(talk.shelf, [found], "key")
    assert talk.now(2).text.removeprefix("<p>").removesuffix("</p>") == after


def test_another_person_of_the_same_name_keeps_it(tmp_path):
    who = Speaker("Ada Lovelace", "https://n.example/@ada")
    other = comment(2, url="https://n.example/@ada/2", author=who)
    talk = Talk(tmp_path, comment(1, author=_ada()), other)
    (found,) = find(ADA, people(moderate.everything(talk.shelf)))
    forget.erase(talk.shelf, [found], "key")
    assert talk.now(2) == other


def test_cut_off_at_any_write_and_run_again_it_leaves_the_same(talk, tmp_path, monkeypatch):
    from cmflow import shelf as room

    def erase_all(one):
        (found,) = find(ADA, people(moderate.everything(one.shelf)))
        forget.erase(one.shelf, [person.known_as(found, moderate.everything(one.shelf))], "key")

    write, before, seen = room.write, talk.files(), []
    monkeypatch.setattr(room, "write", lambda *args: (seen.append(args[1]), write(*args)))
    erase_all(talk)
    undisturbed = talk.files()
    assert len(seen) >= 5
    for last in range(len(seen)):
        for path in talk.folder.rglob("*.*"):
            path.unlink()
        for name, data in before.items():
            (talk.folder / name).write_bytes(data)
        left = iter(range(last))

        def cut(*args, left=left):
            if next(left, None) is None:
                raise KeyboardInterrupt
            write(*args)

        monkeypatch.setattr(room, "write", cut)
        with pytest.raises(KeyboardInterrupt):
            erase_all(talk)
        monkeypatch.setattr(room, "write", write)
        erase_all(talk)
        assert talk.files() == undisturbed


# And no collection brings them back


def test_no_later_collection_brings_a_person_back(tmp_path, capsys, monkeypatch):
    world = World(tmp_path)
    slug = SLUGS[0]
    things = [
        said("1", "Bonjour.", name="Ada"),
        said("2", '<a href="https://place.example/@ada">@ada</a> oui, Ada !', name="Bob", to="1"),
        said("3", "Encore moi.", name="Ada", to="2"),
    ]
    world.place.talk(slug, *things)
    world.collect()
    monkeypatch.chdir(world.config.parent)
    assert run(capsys, "forget", "https://place.example/@ada", "--yes")[0] == 0
    after = world.files()
    world.forgotten = recall(world.shelf.forgotten(), "a key of many letters")
    world.collect()
    assert world.files() == after
    new = said("4", "Une nouvelle.", name="Ada", to="2")
    answer = said("5", '<a href="https://place.example/@ada/4">là</a>', name="Bob", to="4")
    edited = {**things[1], "html": "<p>Ada, Ada et Ada</p>", "edited": world.now.isoformat()}
    world.place.talk(slug, things[0], edited, things[2], new, answer)
    world.collect()
    assert set(world.comments()) == {"2", "5"}
    assert world.comments()["5"].text == "<p>[…]</p>"
    assert world.comments()["5"].reply_to == ""
    assert not re.search("ada", tree(world.config.parent / "content" / "community"), re.IGNORECASE)


def test_without_the_key_nothing_is_collected():
    made = Forgotten(key="one")
    digests = frozenset({made.digest("key", ""), made.digest("id", "x")})
    for key in ("", "other"):
        with pytest.raises(CmflowError):
            recall(digests, key)
    assert recall(digests, "one").knows("x")


# History


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    for key, value in {
        "GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@example.org",
        "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x@example.org",
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    root = tmp_path / "site"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    monkeypatch.chdir(root)
    return root


STORE = {"cmflow": {"ledger": {"store": "git", "branch": "community"}}}


def test_the_commands_that_it_names_take_a_person_out_of_the_history(repository, capsys):
    root = repository
    talk = Talk(root, plugins=["search", STORE])
    first = git(root, "commit-tree", git(root, "write-tree").strip(), "-m", "Empty").strip()
    git(root, "push", "--quiet", "origin", f"{first}:refs/heads/community")
    git(root, "add", "mkdocs.yml", "content/blog")
    git(root, "commit", "--quiet", "-m", "Site")
    git(root, "push", "--quiet", "origin", "main")
    run(capsys, "moderate", "list")
    talk.add(comment(1, "Bonjour.", author=_ada()))
    talk.add(comment(2, "Oui.", name="Bob", to=1))
    git(talk.folder, "add", "--all")
    git(talk.folder, "commit", "--quiet", "-m", "Answers")
    git(talk.folder, "push", "--quiet", "origin", "community")

    code, _, err = run(capsys, "forget", "@ada", "--yes")
    assert code == 0
    assert "Lovelace" not in tree(talk.folder)
    assert "Lovelace" in git(root, "log", "--all", "-p")
    commands = [line.strip() for line in err.splitlines() if line.startswith("  git ")]
    for line in commands:
        subprocess.run(shlex.split(line), cwd=root, check=True, capture_output=True)
    remote = root.parent / "remote.git"
    assert "Lovelace" not in git(remote, "log", "--all", "-p")
    assert "Bob" in git(remote, "log", "-p", "community")
    assert "Lovelace" not in git(root, "log", "--all", "--reflog", "-p")
    assert _objects(root).count("Lovelace") == 0
    assert talk.now(2).author.name == "Bob"
    # The next run goes on from there.
    assert run(capsys, "moderate", "approve", "m.example/2")[0] == 0
    assert talk.now(2).status is Status.APPROVED


def _objects(root: Path) -> str:
    """Every blob that is left in a repository."""
    listed = git(root, "cat-file", "--batch-all-objects", "--batch-check").splitlines()
    return "".join(
        git(root, "cat-file", "blob", one.split()[0]) for one in listed if " blob " in one
    )


def test_a_history_that_is_everybodys_is_told_honestly(repository, capsys):
    talk = Talk(repository, comment(1, author=_ada()))
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "-m", "Everything")
    _, _, err = run(capsys, "forget", "@ada", "--yes")
    assert "git filter-repo" in err
    assert "  git " not in err
    assert talk.files().keys() == {forgotten.FILE}


def test_without_git_the_copies_are_told_of(talk, capsys, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(talk.config.parent.parent))
    assert "no git here" in run(capsys, "forget", "@ada", "--yes")[2]


def test_what_waits_for_a_review_is_erased_too(repository, capsys):
    from cmflow.shelves import review_of

    talk = Talk(repository, plugins=["search", STORE])
    git(repository, "add", "mkdocs.yml", "content/blog")
    git(repository, "commit", "--quiet", "-m", "Site")
    git(repository, "push", "--quiet", "origin", "main")
    shelf = review_of(talk.settings)
    held = {one.id: one for one in (comment(1, author=_ada()), comment(2, name="Bob", to=1))}

    def files():
        from cmflow import comment_file

        return {
            comment_file.path_of("voile-et-fil", one): comment_file.text(one).encode()
            for one in held.values()
        }

    with shelf.opened():
        shelf.keep(files, "Answers")
    assert run(capsys, "forget", "@ada", "--yes")[0] == 0
    with shelf.opened():
        kept = shelf.comments("voile-et-fil").kept
    assert set(kept) == {"m.example/2"}
    assert kept["m.example/2"].comment == replace(
        held["m.example/2"], status=Status.APPROVED, reply_to=""
    )
