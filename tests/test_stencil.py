"""The templates of a site and of ours are filled alike, whatever their words are named."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from cmflow import stencil
from cmflow.catalogue import catalogue


def filled(folder: Path, template: str, **names: object) -> str:
    (folder / "a.html").write_text(template, "utf-8")
    made = stencil.Environment(catalogue("fr"), folder)
    return made.fill("a.html", {**made.globals, **names})


def test_words_are_translated_and_what_they_name_is_escaped(tmp_path: Path):
    template = '{% trans name=who %}All posts by {{ name }}{% endtrans %} {{ _("Share") }}'
    assert filled(tmp_path, template, who="<b>") == "Tous les articles signés &lt;b&gt; Partager"


@pytest.mark.parametrize("name", ["text", "one", "many", "num", "self"])
def test_a_value_in_a_sentence_may_have_any_name(tmp_path: Path, name: str):
    template = f"{{% trans {name}=3 %}}{{{{ {name} }}}} %{{% endtrans %}}"
    assert filled(tmp_path, template) == "3 %"


def test_a_word_in_a_loop_sees_what_the_loop_sets(tmp_path: Path):
    template = "{% for n in all %}{% set who = n %}{{ _('By %(who)s;', who=who) }}{% endfor %}"
    assert filled(tmp_path, template, all=[1, 2]) == "By 1;By 2;"


def test_an_unknown_name_names_the_line_of_the_template(tmp_path: Path):
    with pytest.raises(jinja2.UndefinedError, match="nobody") as told:
        filled(tmp_path, "<p>\n{{ nobody }}</p>")
    lines = [entry.lineno for entry in told.traceback if entry.path == tmp_path / "a.html"]
    assert lines == [1]  # counted from nought
