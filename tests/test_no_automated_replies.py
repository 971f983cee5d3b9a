"""No path sends a text that no named person committed, and none answers anybody but ourselves.

Read off the code of every adapter, ours and whatever the table will name: what an adapter offers, and
where it names the thing that a note answers. What the desk hands to an adapter is in test_syndicate.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import cmflow
from cmflow import networks, syndicate, voice

ANSWERS = {
    "comment", "in_reply_to_id", "in_reply_to_status_id", "in_reply_to_tweet_id",
    "message_reference", "parent", "reply", "reply_parameters", "reply_to_id",
    "reply_to_message_id", "root", "thread_ts",
}  # fmt: skip
"""The fields by which the networks' descriptions let one note answer another."""

VERBS = {"send", "find", "edit", "delete", "id_of", "limit_at"}
ALL = [networks.load(name) for name in networks.NETWORKS]
FOLDER = Path(cmflow.__file__).parent


def written(tree):
    """Yield every field of an answer that is written, with the nodes around it."""

    def walk(node, around):
        inner = (*around, node)
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and key.value in ANSWERS:
                    yield key.value, inner
        stored = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        if stored and getattr(node.slice, "value", None) in ANSWERS:
            yield node.slice.value, inner
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inner)

    yield from walk(tree, ())


def after_our_own_part(around):
    return any(
        isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "above"
        for node in around
    )


def values(around):
    """The names in the value that is written."""
    statement = next(node for node in reversed(around) if isinstance(node, ast.stmt))
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("network", ALL, ids=lambda network: network.name)
def test_an_adapter_offers_nothing_that_answers(network):
    public = {name for name, _ in inspect.getmembers(network, callable) if name[0] != "_"}
    assert public <= VERBS


@pytest.mark.parametrize("path", sorted((FOLDER / "networks").glob("*.py")), ids=lambda p: p.stem)
def test_what_an_adapter_answers_is_the_part_before(path):
    for field, around in written(ast.parse(path.read_text("utf-8"))):
        assert after_our_own_part(around), f"{path.name}: {field} without a part of ours above it"
        assert "above" in values(around), f"{path.name}: {field} is not the part above"


def test_the_look_at_adapters_finds_an_answer_to_a_stranger():
    bad = "def send(self, above, mention):\n    body['in_reply_to_id'] = mention.id\n"
    ((_, around),) = written(ast.parse(bad))
    assert not after_our_own_part(around)


def test_what_is_above_is_only_ever_made_of_our_receipts():
    tree = ast.parse(inspect.getsource(syndicate))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "send"
    ]
    assert len(calls) == 1
    assert ast.unparse(calls[0].args[-1]) == "above"
    (made,) = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "above"
    ]
    assert "receipt.parts" in ast.unparse(made.value)


def test_only_the_desk_calls_an_adapter_and_only_the_voice_makes_a_note():
    """`Note(…)` is written where authors' files are read, and nowhere a stranger's words are at hand."""
    makers = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note"
    }
    assert makers <= {"compose.py", "sandbox/timeline.py"}, makers
    reads = {
        node.module
        for node in ast.walk(ast.parse(inspect.getsource(voice)))
        if isinstance(node, ast.ImportFrom)
    }
    assert not reads & {"cmflow.thread", "cmflow.sources"}
