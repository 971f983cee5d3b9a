"""How a build takes the place of the one before."""

from __future__ import annotations

import filelock
import pytest

from cmflow import output


def write(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def held(root):
    return {name: entry and (root / name).read_text() for name, entry in output.files(root)}


def test_what_was_made_replaces_what_stands_stays_and_the_rest_goes(tmp_path):
    site = write(tmp_path / "site", a_html="old", b__b_html="stands", c__d__e_html="gone")
    made = write(tmp_path / "made", a_html="new", f__g_html="new")
    (site / ".git").mkdir()
    (site / ".git" / "HEAD").write_text("ref")
    looks = output.merge(made, site, {"b/b.html"})
    assert held(site) == {
        "a.html": "new", "b/b.html": "stands", "f/g.html": "new", ".git/HEAD": "ref",
    }  # fmt: skip
    assert not (site / "c").exists()
    assert set(looks) == {"a.html", "b/b.html", "f/g.html"}
    assert looks["a.html"] == (3, (site / "a.html").stat().st_mtime_ns)


@pytest.mark.parametrize("old", [{"a__b_html": "x"}, {"a": "x"}])
def test_a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file(tmp_path, old):
    site = write(tmp_path / "site", **old)
    made = write(tmp_path / "made", **({"a": "new"} if "a" not in old else {"a__c_html": "new"}))
    looks = output.merge(made, site, ())
    assert held(site) == dict.fromkeys(looks, "new")


def test_a_link_in_the_output_is_taken_away_and_what_it_leads_to_stays(tmp_path):
    outside = write(tmp_path / "outside", a_html="mine")
    site = write(tmp_path / "site", b_html="old")
    (site / "link").symlink_to(outside, target_is_directory=True)
    output.merge(write(tmp_path / "made", link__a_html="new"), site, ())
    assert held(outside) == {"a.html": "mine"}
    assert held(site) == {"link/a.html": "new"}


def test_one_build_waits_for_the_other_and_clears_away_what_a_killed_one_left(tmp_path):
    other = filelock.FileLock(tmp_path / ".cmflow" / "build.lock", timeout=0)
    left = write(tmp_path / ".cmflow" / "site-left", a_html="half")
    with output.workshop(tmp_path / ".cmflow") as folder:
        assert list(folder.iterdir()) == []
        assert not left.exists()
        with pytest.raises(filelock.Timeout):
            other.acquire()
    other.acquire()
    other.release()
    assert not folder.exists()
