"""A post gets another slug: its history moves along, and no other byte changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import NOW, a_post, built, make_site

from cmflow import frontmatter, relink, rename
from cmflow.check import check
from cmflow.errors import CmflowError

POST = """\
---
date: 2026-10-06T09:00:00+02:00   # un mardi
title: "Réparer : pourquoi ?"
slug: vieux
authors: [lea]
categories:
- Atelier
---

Le début.\t

<!-- more -->

Voir [la suite](vieux.md#suite).

## Suite

- fin\x20\x20
"""

OTHER = """\
---
title: Autre
slug: autre
date: 2026-10-07
authors: [lea]
links:
  - posts/vieux.md
  - Ailleurs: https://example.org/vieux.md
---

[un](vieux.md), [deux](./vieux.md#suite "titre"), [trois](<../posts/vieux.md>), ![non](vieux.md.png)
et [ailleurs](https://example.org/vieux.md) ou [plus haut](../vieux.md).

<!-- more -->

    [quatre](vieux.md)

```markdown
[code](vieux.md)
```

Du `[code](vieux.md)` aussi, et [une référence][r].

[r]: vieux.md "titre"
"""


def home(folder: Path, **files: str) -> Path:
    return make_site(
        folder,
        {
            "blog/posts/vieux.md": POST,
            "blog/posts/autre.md": OTHER,
            "community/comments/vieux/2026-11-20-mastodon-1.md": "---\nid: 1\n---\n",
            "community/reactions/vieux.yml": "likes: 3\n",
            "community/receipts/vieux/mastodon-fr.yml": "state: sent\nurl: https://m.example/1\n",
            "community/comments/autre/2026-11-20-mastodon-2.md": "---\nid: 2\n---\n",
            **files,
        },
    )


def tree(config: Path) -> dict[str, bytes]:
    root = config.parent
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def said(error: pytest.ExceptionInfo[CmflowError]) -> list[tuple[str, str, str]]:
    return [(f.path, f.message.show(), f.remedy.show()) for f in error.value.findings]


def test_the_address_changes_and_the_old_one_is_kept(tmp_path):
    config = home(tmp_path)
    rename.rename(config, "vieux", "neuf")
    now = (tmp_path / "content/blog/posts/neuf.md").read_bytes().decode()
    expected = POST.replace("slug: vieux\n", "slug: neuf\naliases: [articles/vieux/]\n")
    assert now == expected.replace("(vieux.md#suite)", "(neuf.md#suite)")


def test_what_came_back_moves_along_and_nothing_else_does(tmp_path):
    config = home(tmp_path)
    before = tree(config)
    rename.rename(config, "vieux", "neuf")
    moved = {re.sub(r"\bvieux(?=[/.])", "neuf", path): data for path, data in before.items()}
    after = tree(config)
    assert set(after) == set(moved)
    changed = {path for path in after if after[path] != moved[path]}
    assert changed == {"content/blog/posts/neuf.md", "content/blog/posts/autre.md"}


def test_an_idea_goes_on_naming_the_post_that_came_of_it(tmp_path):
    ideas = {"plan/ideas/a.md": "---\r\ntitle: A\r\npost: vieux  # déjà\r\n---\r\n\r\npost: vieux\r\n",
             "plan/ideas/b.md": "---\ntitle: B\npost: autre\n---\n", "plan/ideas/c.md": "post: vieux\n"}  # fmt: skip
    config = home(tmp_path, **ideas)
    rename.rename(config, "vieux", "neuf")
    after = {name: (tmp_path / "content" / name).read_bytes().decode() for name in ideas}
    changed = ideas["plan/ideas/a.md"].replace("post: vieux  #", "post: neuf  #")
    assert after == {**ideas, "plan/ideas/a.md": changed}


def test_only_links_to_the_file_change(tmp_path):
    config = home(tmp_path)
    rename.rename(config, "vieux", "neuf")
    text = (tmp_path / "content/blog/posts/autre.md").read_bytes().decode()
    expected = OTHER
    for old, new in [
        ("  - posts/vieux.md", "  - posts/neuf.md"),
        ("[un](vieux.md)", "[un](neuf.md)"),
        ("[deux](./vieux.md", "[deux](./neuf.md"),
        ("[trois](<../posts/vieux.md>)", "[trois](<../posts/neuf.md>)"),
        ("    [quatre](vieux.md)", "    [quatre](neuf.md)"),
        ("[r]: vieux.md", "[r]: neuf.md"),
    ]:
        assert old in expected
        expected = expected.replace(old, new)
    assert text == expected


def test_the_old_address_leads_to_the_new_one(tmp_path):
    config = make_site(tmp_path, {"blog/posts/vieux.md": a_post("vieux")})
    rename.rename(config, "vieux", "neuf")
    site = built(config)
    assert "neuf" in (site / "articles/vieux/index.html").read_text("utf-8")
    assert (site / "articles/neuf/index.html").is_file()
    assert [f.rule for f in check(config, NOW) if f.rule in ("alias", "broken-link")] == []


def test_there_and_back_again_leaves_one_alias(tmp_path):
    config = make_site(tmp_path, {"blog/posts/vieux.md": a_post("vieux")})
    rename.rename(config, "vieux", "neuf")
    rename.rename(config, "neuf", "vieux")
    source, _ = frontmatter.read("x", (tmp_path / "content/blog/posts/vieux.md").read_bytes())
    assert source.meta["slug"] == "vieux"
    assert source.meta["aliases"] == ["articles/neuf/"]


def test_a_file_with_another_name_keeps_it(tmp_path):
    config = make_site(tmp_path, {"blog/posts/2026/une-idee.md": a_post("vieux")})
    rename.rename(config, "vieux", "neuf")
    assert b"slug: neuf" in (tmp_path / "content/blog/posts/2026/une-idee.md").read_bytes()


def test_an_address_without_the_slug_needs_no_alias(tmp_path):
    plugins = [{"blog": {"blog_dir": ".", "post_url_format": "{file}"}}, "cmflow"]
    config = make_site(tmp_path, {"blog/posts/une-idee.md": a_post("vieux")}, plugins=plugins)
    rename.rename(config, "vieux", "neuf")
    assert b"aliases" not in (tmp_path / "content/blog/posts/une-idee.md").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "message", "remedy"),
    [
        ("vieu", "neuf", "No post has the slug “vieu”.", "Did you mean “vieux”?"),
        ("vieux", "Été", "“Été” is no slug.", "Write it like this: ete"),
        ("vieux", "../x", "“../x” is no slug.", "Write it like this: x"),
        ("vieux", "vieux", "The post has this slug already.", "Nothing is to be done."),
        ("vieux", "autre", "The slug “autre” is taken: this post has it, or had it.", "Choose another one."),
        ("vieux", "ancien", "The slug “ancien” is taken: this post has it, or had it.", "Choose another one."),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_and_nothing_changes(tmp_path, old, new, message, remedy):
    third = a_post("troisieme", aliases=["articles/ancien/"])
    config = home(tmp_path, **{"blog/posts/troisieme.md": third})
    before = tree(config)
    with pytest.raises(CmflowError) as error:
        rename.rename(config, old, new)
    assert [words for _, *words in said(error)] == [[message, remedy]]
    assert tree(config) == before


def test_two_posts_with_one_slug_are_not_guessed_at(tmp_path):
    config = home(tmp_path, **{"blog/posts/encore.md": a_post("vieux")})
    with pytest.raises(CmflowError) as error:
        rename.rename(config, "vieux", "neuf")
    assert "posts/encore.md, posts/vieux.md" in said(error)[0][1]


def test_comments_under_the_new_slug_are_never_mixed(tmp_path):
    config = home(tmp_path, **{"community/comments/neuf/x.md": "---\nid: 3\n---\n"})
    before = tree(config)
    with pytest.raises(CmflowError) as error:
        rename.rename(config, "vieux", "neuf")
    assert [path for path, _, _ in said(error)] == ["content/community/comments/neuf"]
    assert tree(config) == before


@pytest.mark.parametrize(
    "front",
    ["{slug: vieux, date: 2026-10-06}", "slug: &s vieux\ndate: 2026-10-06\naliases: autre/"],
)
def test_yaml_that_no_line_can_change_is_left_to_a_person(tmp_path, front):
    config = make_site(tmp_path, {"blog/posts/vieux.md": f"---\n{front}\n---\n\nTexte.\n"})
    before = tree(config)
    with pytest.raises(CmflowError) as error:
        rename.rename(config, "vieux", "neuf")
    assert "cannot be changed by one line" in said(error)[0][1]
    assert tree(config) == before


class Cut(BaseException):
    """The power goes."""


def cut_at(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    count = 0

    def counted(real):
        def step(*args):
            nonlocal count
            count += 1
            if count > at:
                raise Cut
            return real(*args)

        return step

    monkeypatch.setattr(rename, "_do", counted(rename._do))


STEPS = 6


@pytest.mark.parametrize("at", range(STEPS))
def test_a_rename_that_was_cut_off_is_ended_by_the_same_command(tmp_path, monkeypatch, at):
    whole = home(tmp_path / "whole")
    rename.rename(whole, "vieux", "neuf")
    config = home(tmp_path / "cut")
    with monkeypatch.context() as patch:
        cut_at(patch, at)
        with pytest.raises(Cut):
            rename.rename(config, "vieux", "neuf")
    with pytest.raises(CmflowError) as error:
        rename.rename(config, "autre", "x")
    assert said(error)[0][2] == "End it first: cmflow rename vieux neuf"
    rename.rename(config, "vieux", "neuf")
    assert tree(config) == tree(whole)


def test_it_takes_the_steps_that_the_test_above_cuts(tmp_path):
    from cmflow import library, mkdocs_yml

    site, _ = mkdocs_yml.load(home(tmp_path))
    assert len(rename.plan(site, library.load(site), "vieux", "neuf").steps) == STEPS


def test_a_file_changed_meanwhile_is_not_written_over(tmp_path, monkeypatch):
    config = home(tmp_path)
    with monkeypatch.context() as patch:
        cut_at(patch, 0)
        with pytest.raises(Cut):
            rename.rename(config, "vieux", "neuf")
    path = tmp_path / "content/blog/posts/autre.md"
    path.write_text(OTHER + "\nUne phrase de plus.\n", "utf-8")
    with pytest.raises(CmflowError) as error:
        rename.rename(config, "vieux", "neuf")
    assert [path for path, _, _ in said(error)] == ["content/blog/posts/autre.md"]
    assert "Une phrase de plus." in path.read_text("utf-8")


FRONTS = [
    # (before, after), of the lines that change
    ("slug: a", "slug: b\naliases: [old/]"),
    ('slug: "a"   # note', 'slug: "b"   # note\naliases: [old/]'),
    ("slug: a\naliases:", "slug: b\naliases: [old/]"),
    ("slug: a\naliases: []", "slug: b\naliases: [old/]"),
    ("slug: a\naliases: [ x/, 'y/' ]  # note", "slug: b\naliases: [ x/, 'y/', old/ ]  # note"),
    (
        "slug: a\naliases:\n- x/\n- y/ # note\ntags: []",
        "slug: b\naliases:\n- x/\n- y/ # note\n- old/\ntags: []",
    ),
    ("aliases:\n    -   x/\n\nslug: a", "aliases:\n    -   x/\n    -   old/\n\nslug: b"),
    ("aliases: [new/]\nslug: a", "aliases: [old/]\nslug: b"),
    ("aliases:\n  - 'new'\n  - x/\nslug: a", "aliases:\n  - 'old/'\n  - x/\nslug: b"),
    ("aliases: [old/]\nslug: a", "aliases: [old/]\nslug: b"),
    ("title: T", "slug: b\naliases: [old/]\ntitle: T"),
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("before", "after"), FRONTS)
def test_every_form_of_front_matter_keeps_its_form(before, after, end):
    def whole(front: str) -> str:
        return f"\ufeff---\n{front}\n---\n\nslug: a\n".replace("\n", end)

    text = relink.add_alias(relink.reslug(whole(before), "b"), "old/", instead_of="new/")
    assert text == whole(after)


@given(
    st.sampled_from(FRONTS),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30),
)
def test_no_other_character_of_a_text_changes(pair, words):
    body = f"\n---\n\n{words}\n[a](x.md) `[b](x.md)`\n{words}"
    text = relink.add_alias(relink.reslug(f"---\n{pair[0]}{body}", "b"), "old/", instead_of="new/")
    assert text == f"---\n{pair[1]}{body}"


def test_a_slug_that_yaml_would_misread_is_put_in_quotes():
    assert relink.reslug("---\nslug: a\n---\n", "2024") == '---\nslug: "2024"\n---\n'
    assert relink.reslug("---\nslug: a\n---\n", "on") == '---\nslug: "on"\n---\n'
