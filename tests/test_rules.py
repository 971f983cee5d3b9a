"""Every rule on small sites that people can read; reading survives whatever it is given."""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from cases_of_rules import FINE, NOW, build, cases, shown
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import cmflow
from cmflow import correct, frontmatter, library, mkdocs_yml
from cmflow.check import apply, check, fix, look
from cmflow.errors import Finding, Fix, say
from cmflow.post import PageMeta, PostMeta
from cmflow.report import failed
from cmflow.rules import RULES
from cmflow.rules.manual import document

ROOT = Path(__file__).parent.parent
VOILE = "content/blog/posts/voile.md"
FRONT = "---\ntitle: Une voile\nslug: voile\ndate: 2026-09-02\n---\n\n"

QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize(
    ("rule", "case"), [pytest.param(r, c, id=f"{r}: {c['it']}") for r, c in cases()]
)
def test_a_case(rule, case, tmp_path):
    config = build(tmp_path, case["files"], case.get("encoding", "utf-8"))
    before = _tree(tmp_path)
    assert [shown(finding) for finding in check(config, NOW)] == case["finds"]
    assert _tree(tmp_path) == before, "looking changes nothing"

    fix(config, NOW)
    after = _tree(tmp_path)
    changed = {path: after[path].decode() for path in after if after[path] != before[path]}
    fixed = case.get("fixed", {})
    assert changed == {f"content/blog/{name}": text for name, text in fixed.items()}


def test_the_site_without_mistakes_has_no_finding(tmp_path):
    assert check(build(tmp_path, {}), NOW) == ()


# These three need more than a text: see below.
BEYOND_TEXT = {"file-too-large", "outside-tree", "unreadable"}


def test_every_rule_has_a_case_that_finds_and_one_file_of_cases():
    finding = {line.split()[2] for _, case in cases() for line in case["finds"]}
    assert {rule.NAME for rule in RULES} - finding == BEYOND_TEXT
    assert {rule for rule, _ in cases()} == {rule.NAME for rule in RULES} - BEYOND_TEXT


def test_every_name_that_can_appear_is_a_documented_rule():
    doctor = ROOT / "cmflow" / "doctor.py"
    paths = [path for path in (ROOT / "cmflow").rglob("*.py") if path != doctor]
    names = {name for path in paths for name in _names(path, "(?:Finding|Problem)")}
    assert "front-matter" in names
    assert names - {"cmflow"} <= {rule.NAME for rule in RULES}


def test_every_name_of_the_doctor_is_in_its_page():
    doctor = ROOT / "cmflow" / "doctor.py"
    said = re.findall(r'\b_at\(\s*patient,\s*"([a-z-]+)"', doctor.read_text("utf-8"))
    names = _names(doctor, "Finding") | set(said)
    page = (ROOT / "docs" / "ci" / "doctor.md").read_text("utf-8")
    assert len(names) > 7
    assert {name for name in names if f"`{name}`" not in page} == set()


def _names(path, call):
    return set(re.findall(rf'\b{call}\(\s*"([a-z-]+)"', path.read_text("utf-8")))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.NAME)
def test_a_rule_says_what_it_finds_with_an_example_of_wrong_and_right(rule):
    first, _, rest = rule.__doc__.partition("\n\n")
    assert first.endswith(".")
    assert "\n" not in first
    assert rest.index("\nWrong") < rest.index("\nRight")
    assert rule.__name__.rpartition(".")[2] == rule.NAME.replace("-", "_")


def test_rules_are_listed_once_and_none_is_forgotten():
    names = [rule.NAME for rule in RULES]
    assert len(names) == len(set(names))
    files = {path.stem for path in (Path(cmflow.__file__).parent / "rules").glob("*.py")}
    helpers = {"__init__", "manual", "noted", "targets", "view"}
    assert files - helpers == {name.replace("-", "_") for name in names}


def test_the_manual_is_up_to_date():
    written = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert written == document(), "run: make docs"


# What a text in a case cannot show


def test_a_text_of_ten_megabytes_is_not_read(tmp_path):
    config = build(tmp_path, {"posts/voile.md": FRONT + "Du texte. " * 1_000_000})
    assert [shown(f) for f in check(config, NOW)] == [
        (
            "posts/voile.md:0 error file-too-large The file is 10.0 MB long. → "
            "A post is text: check that this is one, or split it (at most 2 MB)."
        )
    ]


def test_a_picture_of_nine_megabytes_is_a_warning(tmp_path):
    config = build(tmp_path, {"assets/quai.jpg": b"x" * 9_000_000})
    (found,) = check(config, NOW)
    assert shown(found).startswith(
        "assets/quai.jpg:0 warning file-too-large The picture is 9.0 MB long."
    )
    assert not failed([found])


def _link(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        pytest.skip("this machine makes no symbolic links")


def test_links_that_leave_the_blog_are_named_once_each(tmp_path):
    config = build(tmp_path, {"content/plan/secret.md": "Secret.\n", "secret.jpg": "x"})
    blog = tmp_path / "content" / "blog"
    _link(blog / "posts" / "ailleurs.md", tmp_path / "content" / "plan" / "secret.md")
    _link(blog / "plan", tmp_path / "content" / "plan")
    _link(blog / "assets" / "autre.jpg", tmp_path / "mkdocs.yml")
    _link(blog / "assets" / "dedans.jpg", blog / "assets" / "voile.jpg")
    found = check(config, NOW)
    assert [(f.path, f.rule) for f in found] == [
        ("content/blog/assets/autre.jpg", "outside-tree"),
        ("content/blog/plan", "outside-tree"),
        ("content/blog/posts/ailleurs.md", "outside-tree"),
    ]


def test_a_link_that_leads_nowhere_is_no_end(tmp_path):
    config = build(tmp_path, {})
    blog = tmp_path / "content" / "blog"
    _link(blog / "rien.md", blog / "nulle-part.md")
    _link(blog / "rond.md", blog / "rond.md")
    _link(blog / "assets" / "rond.jpg", blog / "assets" / "rond.jpg")
    assert [(f.path.rpartition("/")[2], f.rule) for f in check(config, NOW)] == [
        ("rond.jpg", "unreadable"),
        ("rien.md", "unreadable"),
        ("rond.md", "unreadable"),
    ]


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="the superuser reads everything",
)
def test_a_file_that_may_not_be_read(tmp_path):
    config = build(tmp_path, {"posts/voile.md": FRONT})
    (tmp_path / VOILE).chmod(0)
    assert [f.rule for f in check(config, NOW)] == ["unreadable"]


def test_a_file_that_the_machine_refuses(tmp_path, monkeypatch):
    config = build(tmp_path, {"posts/voile.md": FRONT})
    read = Path.read_bytes

    def refuse(path):
        if path.name == "voile.md":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert [shown(f) for f in check(config, NOW)] == [
        (
            "posts/voile.md:0 error unreadable The file cannot be read: Permission denied. → "
            "Look at its permissions."
        )
    ]


def test_no_mkdocs_yml_is_a_finding(tmp_path):
    (found,) = check(tmp_path / "mkdocs.yml", NOW)
    assert (found.rule, failed([found])) == ("settings", True)


def test_a_number_of_thousands_of_digits_is_shown_short(tmp_path):
    config = build(tmp_path, {"posts/voile.md": FRONT.replace("Une voile", "0x" + "f" * 5000)})
    (found,) = check(config, NOW)
    assert found.rule == "yaml-surprise"
    assert "a very large number" in found.message.show()


@pytest.mark.parametrize("nest", ["[" * 900_000, "- " * 900_000, "{a: " * 400_000])
def test_lists_within_lists_beyond_number_take_no_time(nest):
    source, found = frontmatter.read("x.md", f"---\na: {nest}\n---\n".encode())
    assert source is None
    assert found is not None
    assert found.rule == "front-matter"


def test_an_alias_that_doubles_itself_takes_no_time(tmp_path):
    bomb = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 30))
    text = FRONT.replace("slug", f"x0: &x0 [a]\n{bomb}links: *x29\nslug", 1)
    found = check(build(tmp_path, {"posts/voile.md": text}), NOW)
    assert {f.rule for f in found} == {"unknown-key", "broken-link"}


# Whatever people write


@given(st.binary(max_size=400))
@example(b"---\ntitle: \xff\n---\n")
@example(b"\xef\xbb\xbf---\r\ntitle: a: b\r\n---\r\n")
@example(b"---\ndate: 9999-12-31T23:59:59-23:00\ntitle: x\n---\n\nx")
@example(b"---\ndate: 0001-01-01\n---\n\nx")
@example(b"---\n? [a]\n: b\n---\n")
@example(b"---\na: &x [*x]\ndate: 2026-01-01\nlinks: *x\n---\n")
@example(b"---\ntitle: 1:1:1:1:1:1:1\n---\n")
@QUICK
def test_no_bytes_of_a_post_raise(tmp_path, data):
    config = build(tmp_path, {"posts/voile.md": data, "page.md": data, ".share.yml": data})
    for finding in check(config, NOW):
        shown(finding)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=120))
@example("![](<x\ny>) [a](http://[) <!-- cmflow: -->")
@example("[a](\\\\host) ![b][c]\n\n[c]: C:\\x")
@QUICK
def test_no_text_of_a_post_raises(tmp_path, text):
    config = build(tmp_path, {"posts/voile.md": FRONT + text})
    for finding in check(config, NOW):
        shown(finding)


@given(st.text(alphabet="-cmflow: []{}&*!|>'\"%@`#\n\ttitle,?~0é\u2028\x85\x00", max_size=60))
@QUICK
def test_no_front_matter_raises(text):
    source, found = frontmatter.read("x.md", f"---\n{text}\n---\n\nx".encode())
    assert (source is None) == (found is not None)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.datetimes(timezones=st.just(dt.UTC) | st.none())
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = [field.encode_name for field in msgspec.structs.fields(PostMeta)]
PAGE_KEYS = [field.encode_name for field in msgspec.structs.fields(PageMeta)]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4), st.booleans())
@example({"date": [{"\x85": None}, {"\u2028": None}]}, False)
@QUICK
def test_no_value_of_any_key_raises(tmp_path, values, dated):
    base = {"title": "x", "slug": "x", "date": dt.date(2026, 9, 2)} if dated else {}
    text = f"---\n{yaml.safe_dump({**base, **values}, allow_unicode=True)}---\n\nx\n"
    config = build(tmp_path, {"posts/voile.md": text, "page.md": text})
    for finding in check(config, NOW):
        shown(finding)


@given(
    st.dictionaries(
        st.sampled_from(["site_url", "docs_dir", "theme", "plugins", "markdown_extensions"]), VALUES
    ),
    st.dictionaries(st.sampled_from(["blog_dir", "post_dir", "post_url_format", "draft"]), VALUES),
    st.dictionaries(st.sampled_from(["timezone", "series", "objectives", "organisation"]), VALUES),
)
@example({"docs_dir": {"x" * 300: "y" * 300}}, {}, {})
@example({"docs_dir": "x" * 5000}, {"blog_dir": "y" * 5000}, {"timezone": "z" * 5000})
@example({"docs_dir": "\x00"}, {"blog_dir": "\x00"}, {"timezone": "\x00"})
@QUICK
def test_no_setting_raises(tmp_path, site, blog, own):
    data = {"docs_dir": "content/blog", "plugins": [{"blog": blog}, {"cmflow": own}], **site}
    config = build(tmp_path, {"mkdocs.yml": yaml.safe_dump(data, allow_unicode=True)})
    for finding in check(config, NOW):
        shown(finding)


WRONG = {
    "title": ["Entretien : la voile", "No", "9:30", "L’été", '"x" y', "Null", "a #b", "2026"],
    "slug": ["voile", "Été", "010", "atelier", "on"],
    "date": ["2026-09-02", "2026-07-02T09:00:00", "2026-03-29 02:30:00", "2026-13-01"],
    "draft": ["true", "false", "yes", "peut-être"],
    "tags": ["[on, 9:30]", "[a: b]", "voile", "[no]  # note"],
    "aliases": ["[/x/]", "['/y/']", "[z]", "/x/"],
    "episode": ["010", "3", "x"],
}


@given(
    st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in WRONG.items()}),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.text(alphabet="ab \t\r\né:#-", max_size=30),
)
@QUICK
def test_a_correction_changes_its_line_and_no_other_byte(tmp_path, keys, ending, mark, body):
    lines = ["---", *(f"{key}: {value}" for key, value in keys.items()), "---", "", body]
    data = (b"\xef\xbb\xbf" if mark else b"") + ending.join(lines).encode()
    config = build(tmp_path, {"posts/voile.md": data})
    found = check(config, NOW)
    fixes = [f.fix for f in found if f.fix is not None and f.path == VOILE]
    before = data.split(b"\n")
    fixed, _ = apply(found, tmp_path)
    after = (tmp_path / VOILE).read_bytes().split(b"\n")

    assert len(fixed) >= bool(fixes)
    for insertion in (f.fix for f in fixed if f.path == VOILE and f.fix.insert):
        assert after.pop(insertion.line - 1) == _line(insertion.new, before[0])
    written = {f.fix.line: f.fix.new for f in fixed if f.path == VOILE and not f.fix.insert}
    assert after == [
        _line(written[at], line) if at in written else line for at, line in enumerate(before, 1)
    ]


def _line(text: str, old: bytes) -> bytes:
    return text.encode() + (b"\r" if old.endswith(b"\r") else b"")


def test_a_correction_that_would_change_more_than_its_value_is_not_offered():
    source, _ = frontmatter.parse("x.md", "---\ntitle: &t No\nsubtitle: *t\ntags: [on]\n---\n\nx\n")
    assert correct.quote(source, ("title",)) is None
    assert correct.rewrite(source, ("tags", 0), "x, y", "x") is None
    assert correct.rewrite(source, ("tags", 0), "x", "x") == Fix(4, "tags: [on]", "tags: [x]")


def test_corrections_reach_an_end_and_leave_nothing_to_correct(tmp_path):
    text = (
        "---\ntitle: Été : un\nsummary: Fil : deux\ntags: [on, off, 9:30]\nepisode: 010\n"
        "date: 2026-07-02T09:00:00\ndraft: true\n---\n\nx\n"
    )
    config = build(tmp_path, {"posts/voile.md": text})
    fixed, rest = fix(config, NOW)
    assert {f.rule for f in fixed} == {
        "front-matter", "yaml-surprise", "naive-time", "slug-missing",
    }  # fmt: skip
    assert [f.rule for f in rest] == ["episode"]
    assert all(f.fix is None for f in rest)
    assert (tmp_path / VOILE).read_text("utf-8") == (
        '---\ntitle: "Été : un"\nslug: ete-un\nsummary: "Fil : deux"\ntags: ["on", "off", "9:30"]\n'
        "episode: 10\ndate: 2026-07-02T09:00:00+02:00\ndraft: true\n---\n\nx\n"
    )


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path):
    config = build(tmp_path, {"posts/voile.md": FRONT.replace("Une voile", "Été : un")})
    found = check(config, NOW)
    (tmp_path / VOILE).write_text("Autre chose.\n", "utf-8")
    fixed, rest = apply(found, tmp_path)
    assert fixed == ()
    assert rest == found
    assert (tmp_path / VOILE).read_text("utf-8") == "Autre chose.\n"


def test_a_file_that_is_gone_is_no_end(tmp_path):
    lost = Finding("x", "rien.md", 1, say("x"), say("y"), fix=Fix(1, "a", "b"))
    assert apply([lost], tmp_path) == ((), (lost,))


def test_rules_read_nothing_themselves(tmp_path, monkeypatch):
    config = build(tmp_path, {"posts/voile.md": FRONT + "![](x.png) <!-- cmflow: x -->"})
    view = look(*_read_settings(config))

    def refuse(*_args, **_more):
        raise AssertionError("a rule reads a file")

    for name in ("open", "read_bytes", "read_text", "is_file", "exists", "stat", "resolve"):
        monkeypatch.setattr(Path, name, refuse)
    monkeypatch.setattr(library, "load", refuse)
    assert {f.rule for rule in RULES for f in rule.run(view)} >= {"broken-link", "unknown-slot"}


def _read_settings(config: Path):
    loaded, found = mkdocs_yml.load(config)
    return loaded, NOW, found


def _tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_the_fine_site_has_every_kind_of_file():
    assert {Path(name).suffix for name in FINE} >= {".yml", ".md", ".jpg"}
