"""The command line: exit codes, languages, questions, and no traceback."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from sites import a_post, make_site

from cmflow import cli, mkdocs_plugin, mkdocs_yml
from cmflow.catalogue import catalogue
from cmflow.cli import ask, speech
from cmflow.cli.commands import COMMANDS

ENGLISH = {"CMFLOW_LANG": "en"}


@pytest.fixture(autouse=True)
def spoken():
    """Leave the language, and the words of Click, as they were."""
    yield
    speech.speak("en")


def run(capsys, *args: object, language: str = "en") -> tuple[int, str, str]:
    """Run the command in this process: exit code, stdout, stderr."""
    capsys.readouterr()
    speech.speak(language)
    code = cli.run([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    config = make_site(tmp_path, {"blog/posts/un.md": a_post("un")})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ask, "git_name", lambda: "Léa")
    return config


def commands() -> dict[str, click.Command]:
    """Every command and subcommand by its full name."""
    root = click.Context(cli.app, info_name="cmflow")
    found: dict[str, click.Command] = {"cmflow": cli.app}
    for name in cli.app.list_commands(root):
        command = cli.app.get_command(root, name)
        found[f"cmflow {name}"] = command
        if isinstance(command, click.Group):
            found |= {f"cmflow {name} {sub}": made for sub, made in command.commands.items()}
    return found


def test_a_template_that_fails_is_told_beside_what_is_wrong_in_the_files(
    tmp_path, monkeypatch, capsys
):
    make_site(
        tmp_path,
        {
            "blog/posts/un.md": a_post("un").replace("slug: un\n", ""),
            "../theme/cmflow/post-below.html": "<p>\n{{ pots }}",
        },
        theme={"name": "material", "custom_dir": "theme"},
    )
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "build")
    assert code == 1
    assert "slug" in err
    assert "theme/cmflow/post-below.html:2" in err
    assert "'pots' is undefined" in err


@pytest.mark.parametrize("name", list(commands()))
def test_every_command_and_option_has_help_in_both_languages(name):
    command = commands()[name]
    sentences = [command.help, *(p.help for p in command.params if isinstance(p, click.Option))]
    assert all(sentences)
    french = catalogue("fr")
    assert [words for words in sentences if french.gettext(words) == words] == []


@pytest.mark.parametrize("name", list(commands()))
def test_every_command_shows_its_help(capsys, name):
    code, out, err = run(capsys, *name.split()[1:], "-h")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: {name}")


def test_every_command_of_the_list_has_a_module():
    assert set(COMMANDS) == {name.split()[1] for name in commands() if " " in name}


def test_help_is_translated_where_it_is_shown(capsys):
    french = catalogue("fr")
    code, out, _ = run(capsys, "new", "post", "-h", language="fr")
    assert code == 0
    assert french.gettext("Usage:") in out
    assert french.gettext("Begin a post, as a draft.") in out
    assert french.gettext("A tag; may be repeated.") in re.sub("[ \\n]+", " ", out)
    _, out, err = run(capsys, "new", "post", "--oops", language="fr")
    assert french.gettext("No such option {name!r}.").format(name="--oops") in err


def test_help_starts_without_reading_the_desks():
    code = "import sys, cmflow.cli as c; c.run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "click" in loaded
    assert (
        loaded & {"mkdocs", "babel", "rich", "jinja2", "cmflow.library", "cmflow.cli.new"} == set()
    )


@pytest.mark.parametrize(
    ("environ", "settings", "language"),
    [
        ({}, "", "en"),
        ({"LANG": "fr_FR.UTF-8"}, "", "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "de_DE"}, "", "en"),
        ({"LANG": "fr_FR.UTF-8"}, "theme:\n  name: material\n\n  # x\n  language: en\n", "en"),
        ({"LANG": "en_GB"}, "theme:\n  name: material\n  language: 'fr'\n", "fr"),
        ({}, "theme:\n  language: en\nplugins:\n  - cmflow:\n      language: fr\n", "fr"),
        ({}, "theme: material\nextra:\n  language: fr\n", "en"),
        ({"CMFLOW_LANG": "en"}, "theme:\n  language: fr\n", "en"),
    ],
)
def test_the_language_is_chosen_in_order(tmp_path, environ, settings, language):
    if settings:
        (tmp_path / "mkdocs.yml").write_text(settings)
    (tmp_path / "below").mkdir()
    assert speech.choose([], environ, tmp_path / "below") == language


def test_the_settings_given_decide_the_language(tmp_path):
    path = tmp_path / "other.yml"
    path.write_text("theme:\n  language: fr\n")
    assert speech.choose(["-f", str(path), "check"], {}, tmp_path) == "fr"
    assert speech.choose([f"--config-file={path}"], {}, tmp_path) == "fr"


def test_a_long_settings_file_is_read_in_no_time(tmp_path):
    (tmp_path / "mkdocs.yml").write_text("theme:\n" + "\n   # x\n    a: b\n" * 20_000)
    assert speech.choose([], {}, tmp_path) == "en"


def test_fine_is_0_and_found_is_1(capsys, site):
    assert run(capsys, "check")[0] in (0, 1)
    (site.parent / "content/blog/posts/deux.md").write_text("---\ntitle: a: b\n---\n")
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert "content/blog/posts/deux.md:2" in out


def test_data_and_talk_go_their_own_ways(capsys, site):
    code, out, err = run(capsys, "new", "page", "Mentions légales")
    assert (code, out) == (0, f"{Path('content/blog/mentions-legales.md')}\n")
    assert "nav:" in err


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (["new", "post"], "TITLE"),
        (["new", "interview", "Titre"], "--guest"),
        (["new", "event", "Titre"], "--start"),
        (["init"], "DIR"),
        (["rename", "a"], "NEW"),
        (["schema"], "NAME"),
        (["serve", "--address", "8000"], "--address"),
        (["new", "post", "X", "--intent", "sell"], "--intent"),
        (["nothing"], "nothing"),
    ],
)
def test_wrong_use_is_2_and_names_what_is_missing(capsys, site, args, named):
    code, out, err = run(capsys, *args)
    assert (code, out) == (2, "")
    assert named in err.partition("Error:")[2]


@pytest.mark.parametrize(
    "args", [["check"], ["build"], ["serve"], ["rename", "a", "b"], ["new", "post", "X"]]
)
def test_a_command_outside_of_a_site_says_how_to_begin(capsys, tmp_path, monkeypatch, args):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *args)
    assert (code, out) == (1, "")
    assert "cmflow init" in err
    assert "Traceback" not in err


def test_settings_that_are_not_there_are_told(capsys, site):
    code, _, err = run(capsys, "-f", "nowhere.yml", "build")
    assert code == 1
    assert "nowhere.yml" in err


def test_a_site_is_found_from_a_folder_in_it(capsys, site, monkeypatch):
    monkeypatch.chdir(site.parent / "content" / "blog")
    code, out, _ = run(capsys, "new", "post", "Depuis ici")
    assert (code, out) == (0, f"{Path('posts/depuis-ici.md')}\n")


def test_renaming_names_what_it_touched(capsys, site):
    code, out, err = run(capsys, "rename", "un", "deux")
    assert (code, out) == (0, "content/blog/posts/deux.md\n")
    assert "“deux”" in err


def test_a_mistake_of_our_own_is_one_sentence(capsys, site, monkeypatch):
    def fail() -> None:
        raise ZeroDivisionError("nought")

    monkeypatch.setattr(speech, "spoken", fail)
    code, out, err = run(capsys, "init", "x")
    assert (code, out) == (1, "")
    assert "ZeroDivisionError: nought" in err
    assert "Traceback" not in err
    monkeypatch.setenv("CMFLOW_DEBUG", "1")
    assert "Traceback" in run(capsys, "init", "x")[2]


def test_what_the_machine_refuses_is_told_in_words(capsys, site):
    code, _, err = run(capsys, "init", site / "below", "--language", "en")
    assert code == 1
    assert "mkdocs.yml" in err
    assert "mistake of its own" not in err


@pytest.mark.parametrize("error", [KeyboardInterrupt, EOFError])
def test_an_interrupted_command_is_quiet(capsys, site, monkeypatch, error):
    def interrupted() -> None:
        raise error

    monkeypatch.setattr(speech, "spoken", interrupted)
    code, out, err = run(capsys, "init", "x")
    assert (code, out, err.strip()) == (130, "", "")


def test_questions_are_asked_on_a_terminal(capsys, site, monkeypatch):
    answers = iter(["", "Un titre", "demain", "2026-10-06T18:00"])
    monkeypatch.setattr(ask, "somebody", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: next(answers))
    code, out, err = run(capsys, "new", "event")
    assert (code, out) == (0, f"{Path('content/blog/events/un-titre.md')}\n")
    assert "“demain” is no day and no time." in err
    text = (site.parent / "content/blog/events/un-titre.md").read_text("utf-8")
    assert "start: 2026-10-06T18:00:00+02:00" in text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(capsys, shell, monkeypatch):
    code, out, _ = run(capsys, "completion", shell)
    assert code == 0
    assert "_CMFLOW_COMPLETE" in out


def test_a_shell_completes_commands_without_our_talk():
    environ = {
        **os.environ,
        **ENGLISH,
        "_CMFLOW_COMPLETE": "bash_complete",
        "COMP_WORDS": "cmflow new p",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [sys.executable, "-m", "cmflow"], env=environ, capture_output=True, text=True, check=False
    )
    assert re.findall(r"plain,(\w+)", done.stdout) == ["page", "persona", "post"]


def test_the_version_is_told(capsys):
    code, out, _ = run(capsys, "--version")
    assert code == 0
    assert re.fullmatch(r"cmflow \d+\.\d+\.\d+\S*\n", out)


def test_the_json_format_is_json_in_any_language(capsys, site):
    import json

    _, out, _ = run(capsys, "check", "--format", "json", language="fr")
    assert json.loads(out)["version"] == 1


def test_serve_names_a_mistake_as_check_does(site, capsys):
    path = site.parent / "content" / "blog" / "posts" / "un.md"
    path.write_text(path.read_text("utf-8").replace("- lea", "- nobody"), "utf-8")
    code, _, err = run(capsys, "serve", "--address", f"127.0.0.1:{_free()}")
    assert code == 1
    assert "The author “nobody” is not in" in err
    assert "posts/un.md:" in err
    assert "KeyError" not in err


def test_serve_says_that_a_port_is_taken_whatever_else_is_wrong(site, capsys):
    path = site.parent / "content" / "blog" / "posts" / "un.md"
    path.write_text(path.read_text("utf-8").replace("- lea", "- nobody"), "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, err = run(capsys, "serve", "--address", f"127.0.0.1:{taken.getsockname()[1]}")
    assert code == 1
    assert "take another port" in err
    assert "nobody" not in err


def test_a_mistake_made_while_serving_is_told_without_a_traceback(site):
    def builder():
        raise KeyError("nobody")

    settings, _ = mkdocs_yml.load(site)
    rebuild = mkdocs_plugin._calm(builder, settings)
    with pytest.raises(KeyError):
        rebuild()
    path = site.parent / "content" / "blog" / "posts" / "un.md"
    path.write_text(path.read_text("utf-8").replace("- lea", "- nobody"), "utf-8")
    # MkDocs shows the words of an exit, and of anything else a traceback.
    with pytest.raises(SystemExit) as caught:
        rebuild()
    assert "nobody" in str(caught.value)
    assert "KeyError" not in str(caught.value)


def _free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
