"""The JSON Schema for editors: it takes what the reader takes, and marks typical mistakes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from projektbot.dialog.model import Type
from projektbot.dialog.nodes import LOADER, scalar
from projektbot.dialog.read import DIALOG_KEYS, read_dialog
from projektbot.dialog.read_conditions import CONSTRAINT_KEYS, TESTS
from projektbot.dialog.read_steps import KEYS
from projektbot.dialog.schema import as_json, schema
from tests.dialog.test_read import EVERYTHING, HEAD

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(schema())


def as_editors_read(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return a YAML text as data, as YAML 1.2 has it."""
    root = yaml.compose(text, Loader=LOADER)
    assert root is not None
    return _data(root)


def _data(node: yaml.Node) -> Any:  # noqa: ANN401 - JSON
    match node:
        case yaml.MappingNode():
            return {key.value: _data(value) for key, value in node.value}
        case yaml.SequenceNode():
            return [_data(item) for item in node.value]
        case _:
            value = scalar(node)
            is_decimal = isinstance(value, str) and re.fullmatch(r"-?[0-9]+\.[0-9]+", value)
            return float(str(value)) if is_decimal else value


def test_it_is_a_schema_and_the_file_in_docs_is_up_to_date() -> None:
    VALIDATOR.check_schema(schema())

    assert (ROOT / "docs" / "dialogs.schema.json").read_text(encoding="utf-8") == as_json()


def test_it_knows_exactly_the_words_the_reader_knows() -> None:
    parts = schema()["$defs"]

    assert tuple(schema()["properties"]) == DIALOG_KEYS
    assert {kind: tuple(parts[kind]["properties"]) for kind in KEYS} == KEYS
    assert tuple(parts["constraint"]["properties"]) == CONSTRAINT_KEYS
    assert set(TESTS) == set(next(iter(parts["condition"]["patternProperties"].values()))["anyOf"][2]["properties"])
    assert parts["question"]["properties"]["type"]["anyOf"][0]["enum"] == list(Type)


@pytest.mark.parametrize("file", sorted((ROOT / "dialogs").rglob("*.yaml")), ids=lambda file: str(file.stem))
def test_all_dialogs_of_the_house_keep_to_it(file: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(as_editors_read(file.read_text(encoding="utf-8")))] == []


def test_a_dialog_that_uses_every_word_keeps_to_it() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(as_editors_read(EVERYTHING))] == []


@pytest.mark.parametrize(
    "text",
    [
        "dialog: bike\nversion: 1\ntitle: T",
        "dialog: Bike\nversion: 1\ntitle: T\nsteps: [{note: a}]",
        HEAD + "keep: true\nsteps: [{note: a}]",
        HEAD + "keeps: yes please\nsteps: [{note: a}]",
        HEAD + "steps: []",
        HEAD + "steps: [just words]",
        HEAD + "steps: [{qestion: a, type: text, label: A}]",
        HEAD + "steps: [{question: a, label: A}]",
        HEAD + "steps: [{question: a, type: txt, label: A}]",
        HEAD + "steps: [{question: a, type: [image, rank], label: A}]",
        HEAD + "steps: [{question: a, type: select_one, label: A}]",
        HEAD + "steps: [{question: a, type: text, label: A, choices: {from: b}}]",
        HEAD + "steps: [{question: a, type: text, label: A, requird: false}]",
        HEAD + "steps: [{question: not, type: text, label: A}]",
        HEAD + "steps: [{question: a, type: rank, label: A, choices: [{name: a b, label: B}]}]",
        HEAD + "steps: [{question: a, type: text, label: A, constraint: {max_length: long}}]",
        HEAD + "steps: [{note: a, relevant: kind}]",
        HEAD + "steps: [{note: a, relevant: {kind: {more: 1}}}]",
        HEAD + "steps: [{note: a, relevant: {not: [{a: b}]}}]",
        HEAD + "steps: [{repeat: a, again: B}]",
        HEAD + "steps: [{review: a}]",
        HEAD + "expires_after: 5 days\nsteps: [{note: a}]",
        HEAD + "expires_after: P\nsteps: [{note: a}]",
        HEAD + "trigger: [{command: /a}]\nsteps: [{note: a}]",
        HEAD + "trigger: [{command: a, moment: otherwise}]\nsteps: [{note: a}]",
        HEAD + "trigger: [{moment: never}]\nsteps: [{note: a}]",
    ],
)
def test_typical_mistakes_are_marked_by_editor_and_reader(text: str) -> None:
    assert not VALIDATOR.is_valid(as_editors_read(text))
    assert read_dialog(text, "x.yaml")[1] != []


@pytest.mark.parametrize("path", sorted((ROOT / "dialogs").glob("*/*.yaml")), ids=lambda path: path.stem)
def test_a_dialog_of_ours_names_its_schema_for_editors(path: Path) -> None:
    first, _, _ = path.read_text("utf-8").partition("\n")

    schema = first.removeprefix("# yaml-language-server: $schema=")

    assert (path.parent / schema).resolve() == ROOT / "docs" / "dialogs.schema.json"
