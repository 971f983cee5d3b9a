"""Related posts and the reason for each."""

from __future__ import annotations

from factory import post

from cmflow.related import Relations, Why


def related(of, *others, count=3):
    posts = sorted([of, *others], key=lambda p: p.published, reverse=True)
    return [(r.post.slug, r.why, r.words) for r in Relations(posts).of(of, count)]


def test_shared_tags_come_first_and_a_rare_one_weighs_more():
    mine = post("mine", tags=("voile", "fil"), categories=("Atelier",))
    common = [post(f"c{n}", day=f"2026-01-1{n}", tags=("voile",)) for n in range(4)]
    rare = post("rare", day="2020-01-01", tags=("fil",))
    found = related(mine, *common, rare)
    assert found[0] == ("rare", Why.TAGS, ("fil",))
    assert found[1][1:] == (Why.TAGS, ("voile",))
    assert len(found) == 3


def test_the_reason_falls_back_to_the_reader_and_then_to_the_category():
    mine = post("mine", persona="bricoleur", categories=("Atelier",))
    same_reader = post("reader", persona="bricoleur")
    same_category = post("category", categories=("Atelier",))
    nothing = post("nothing", categories=("Voix",))
    assert related(mine, same_category, nothing, same_reader) == [
        ("reader", Why.PERSONA, ("bricoleur",)),
        ("category", Why.CATEGORY, ("Atelier",)),
    ]


def test_a_post_is_not_related_to_itself_nor_to_its_own_series():
    mine = post("mine", tags=("fil",), series="s", categories=("Voix",))
    other = post("other", tags=("fil",), series="s", categories=("Voix",))
    assert related(mine, other) == []


def test_in_a_great_category_the_nearest_in_time_are_taken():
    posts = [
        post(f"p{y}-{m:02}", day=f"{y}-{m:02}-01", categories=("Voix",))
        for y in range(2010, 2026)
        for m in range(1, 13)
    ]
    mine = next(p for p in posts if p.slug == "p2018-06")
    found = related(mine, *(p for p in posts if p is not mine))
    assert len(found) == 3
    assert all(slug.startswith("p2018") for slug, _, _ in found)
