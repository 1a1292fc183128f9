"""Reading dialogs: what an author writes, and what they are told when it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from projektbot.dialog.conditions import All, Answered, AnyOf, Compares, Is, Not
from projektbot.dialog.model import (
    Calculate,
    Call,
    ChoiceSpec,
    Constraint,
    Dialog,
    Do,
    Link,
    Note,
    Question,
    Repeat,
    Review,
    Trigger,
    Type,
)
from projektbot.dialog.nodes import LOADER
from projektbot.dialog.read import read_dialog, read_dialogs

DIALOGS = Path(__file__).parents[2] / "dialogs"

HEAD = "dialog: bike\nversion: 1\ntitle: Borrow a bike\n"

EVERYTHING = """\
dialog: bike
version: 3
title: Borrow a bike
trigger: [{command: bike}, {deep_link: bike, fill: kind}, {moment: first_contact}]
keeps: true
returns: true
remind: {after: [PT30M, P1DT12H]}
expires_after: P7D
steps:
  - question: kind
    type: select_one
    label: Which
      bike?
    hint: We have two.
    title: Bike
    choices:
      - {name: long, label: The long one}
      - name: no
        label: No
    locate: area_at
    location: point
  - question: proof
    type: [image, audio]
    label: Show it
    required: false
    relevant: {kind: no}
  - question: deposit
    type: money
    currency: CHF
    label: How much?
    constraint: {min: 0, max: 99.50}
    constraint_message: Not so much
    relevant: {any: [{kind: [long, no]}, {not: {proof: {answered: false}}}]}
  - calculate: dear
    function: is_dear
    relevant: {deposit: {min: 1, less_than: 5}, kind: long}
  - repeat: items
    again: Another?
    min: 0
    max: 3
    title: Things
    steps:
      - {question: what, type: text, label: What?, constraint: {min_length: 2, max_length: 9, pattern: "[a-z]+"}}
  - review: review
    label: All right?
    submit: Send
  - do: lend
    name: lent
    with: {who: "{what}", days: 3}
    quiet: [busy]
  - call: language
    relevant: {lent: done, dear: true}
  - note: |
      Thank you!
      Ride well.
  - link: start
    with: {from: bike}
"""


def messages(text: str) -> list[str]:
    """Return what an author is told about a text, with the line."""
    return [str(problem).removeprefix("x.yaml:") for problem in read_dialog(text, "x.yaml")[1]]


def of_step(step: str) -> list[str]:
    """Return what an author is told about a single step, which begins in line 5."""
    return messages(
        HEAD + "steps:\n" + "\n".join(("  - " if i == 0 else "    ") + s for i, s in enumerate(step.split("\n")))
    )


def test_every_word_of_the_vocabulary_is_read() -> None:
    dialog, problems = read_dialog(EVERYTHING, "dialogs/bikes/bike.yaml")

    assert problems == []
    assert dialog == Dialog(
        "bike",
        3,
        "Borrow a bike",
        (
            Question(
                "kind",
                Type.SELECT_ONE,
                "Which bike?",
                "We have two.",
                choices=(ChoiceSpec("long", "The long one", 17), ChoiceSpec("no", "No", 18)),
                locate="area_at",
                location="point",
                title="Bike",
                line=10,
            ),
            Question(
                "proof",
                Type.IMAGE,
                "Show it",
                also=(Type.AUDIO,),
                required=False,
                relevant=Is("kind", ("no",)),
                line=22,
            ),
            Question(
                "deposit",
                Type.MONEY,
                "How much?",
                currency="CHF",
                constraint=Constraint(min="0", max="99.50"),
                constraint_message="Not so much",
                relevant=AnyOf((Is("kind", ("long", "no")), Not(Answered("proof", yes=False)))),
                line=27,
            ),
            Calculate(
                "dear",
                "is_dear",
                All((Compares("deposit", "min", "1"), Compares("deposit", "less_than", "5"), Is("kind", ("long",)))),
                34,
            ),
            Repeat(
                "items",
                "Another?",
                (Question("what", Type.TEXT, "What?", constraint=Constraint("", "", 2, 9, "[a-z]+"), line=43),),
                0,
                3,
                title="Things",
                line=37,
            ),
            Review("review", "Send", "All right?", line=44),
            Do("lent", "lend", {"who": "{what}", "days": "3"}, ("busy",), line=47),
            Call("language", "language", relevant=All((Is("lent", ("done",)), Is("dear", (True,)))), line=51),
            Note("Thank you!\nRide well.", line=53),
            Link("start", {"from": "bike"}, line=56),
        ),
        (Trigger("bike"), Trigger(deep_link="bike", fill="kind"), Trigger(moment="first_contact")),
        keeps=True,
        returns=True,
        remind_after=(1800, 129600),
        expires_after=604800,
        path="dialogs/bikes/bike.yaml",
    )


def test_choices_may_come_from_the_house() -> None:
    dialog, problems = read_dialog(
        HEAD + "steps: [{question: a, type: select_multiple, label: A, choices: {from: areas}}]", "x.yaml"
    )

    assert problems == []
    assert dialog is not None
    question = dialog.by_name["a"]
    assert isinstance(question, Question)
    assert question.provider == "areas"


def test_words_that_yaml_takes_for_truth_or_time_stay_words() -> None:
    dialog, problems = read_dialog(
        HEAD
        + "steps:\n"
        + "  - {question: a, type: select_one, label: On, choices: [{name: yes, label: Yes},"
        + "{name: 1, label: 09:30}]}\n"
        + "  - {question: n, type: integer, label: How many?, relevant: {a: yes}}\n"
        + "  - {note: one, relevant: {a: 1}}\n"
        + "  - {note: two, relevant: {n: 1}}\n",
        "x.yaml",
    )

    assert problems == []
    assert dialog is not None
    first = dialog.steps[0]
    assert isinstance(first, Question)
    assert [choice.label for choice in first.choices] == ["Yes", "09:30"]
    assert first.label == "On"
    assert dialog.steps[1].relevant == Is("a", ("yes",))
    assert dialog.steps[2].relevant == Is("a", ("1",))  # the choice's name
    assert dialog.steps[3].relevant == Is("n", (1,))  # the number


def test_the_dialogs_of_the_house_are_read_without_problems() -> None:
    dialogs, problems = read_dialogs(DIALOGS)

    assert [str(problem) for problem in problems] == []
    assert dialogs["submit_idea"].path == "dialogs/projects/submit_idea.yaml"


def test_all_problems_are_told_at_once_in_the_order_of_the_lines() -> None:
    found = messages("dialog: Bike\nversion: zero\nsteps:\n  - {question: a, type: txt, label: A, requird: false}\n")

    assert found == [
        "1: 'Bike' is no name (at most 24 characters: a small letter, then small letters, digits, _)",
        "1: the dialog has no 'title'",
        "2: 'version' must be a whole number, at least 1",
        "4: unknown key 'requird', did you mean 'required'?",
        "4: unknown type 'txt', did you mean 'text'?",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: the file is empty"),
        ("just words", "1: the dialog must be pairs of 'key: value'"),
        ("dialog: a\n\tversion: 1", "2: a tab: indent with spaces"),
        (HEAD + "steps:\n  - note: now: this", "5: a colon inside a text: put the whole text into quotes"),
        (HEAD + "steps: [", "4: broken YAML: did not find expected node content"),
        (HEAD + "title: Twice\nsteps: [{note: a}]", "4: the key 'title' stands here twice"),
        (HEAD + "steps: [{note: &a b}]", "4: anchors and aliases (& and *) are not used in dialogs"),
        (HEAD + "steps: [{note: !x b}]", "4: tags (!) are not used in dialogs"),
        ("dialog: a\n---\ndialog: b", "2: one dialog a file: '---' begins a second document"),
        ("- " * 3000, "1: this is nested more than 24 levels deep"),
        ("dialog: a\nversion: \x01", "2: a character that YAML does not allow"),
        ("dialog: \ud800", "1: this is not text that YAML could hold"),
        (HEAD + "steps: []", "4: 'steps' is an empty list"),
        (HEAD + "steps: 5", "4: 'steps' must be a list"),
        (HEAD + "? [a]\n: b\nsteps: [{note: a}]", "4: a key must be a word"),
        (HEAD + "keeps: maybe\nsteps: [{note: a}]", "4: 'keeps' must be true or false"),
        (HEAD + "expires_after: 5 days\nsteps: [{note: a}]", "4: '5 days' is no duration"),
        (HEAD + "expires_after: PT\nsteps: [{note: a}]", "4: 'PT' is no duration"),
        (HEAD + "expires_after: P0D\nsteps: [{note: a}]", "4: 'P0D' is no duration"),
        (
            HEAD + "remind: {after: [P5D, P1D]}\nsteps: [{note: a}]",
            "4: each reminder must come later than the one before",
        ),
        (HEAD + "remind: P1D\nsteps: [{note: a}]", "4: 'remind' must be pairs of 'key: value'"),
        (HEAD + "trigger: [{command: /bike}]\nsteps: [{note: a}]", "4: '/bike' is no command"),
        (HEAD + "trigger: [{command: a, moment: otherwise}]\nsteps: [{note: a}]", "4: a trigger is one of: command"),
        (HEAD + "trigger: [{moment: first_contract}]\nsteps: [{note: a}]", "did you mean 'first_contact'?"),
        (HEAD + "trigger: [{moment: otherwise, fill: b}]\nsteps: [{note: a}]", "4: 'fill' goes with 'deep_link'"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, told: str) -> None:
    assert any(told in message for message in messages(text)), messages(text)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("just words", "5: a step must be one of: question, note, calculate"),
        ("qestion: a", "5: a step must be one of: question, note, calculate, repeat, review, do, call, link, did you"),
        ("question: a\ntype: text", "5: the question has no 'label'"),
        ("question: all\ntype: text\nlabel: A", "5: 'all' is a word of conditions and cannot be a name"),
        ("question: a\ntype: text\nlabel:", "7: 'label' must be a text"),
        ("question: a\ntype: text\nlabel: [A]", "7: 'label' must be a text"),
        ("question: a\ntype: select_one\nlabel: A", "5: a question of type 'select_one' needs 'choices'"),
        ("question: a\ntype: text\nlabel: A\nchoices: {from: b}", "8: 'choices' says nothing here"),
        ("question: a\ntype: rank\nlabel: A\nchoices: {form: b}", "8: unknown key 'form', did you mean 'from'?"),
        ("question: a\ntype: rank\nlabel: A\nchoices: [{name: a|b, label: B}]", "8: 'a|b' is no name of a choice"),
        ("question: a\ntype: rank\nlabel: A\nchoices: [b]", "8: a choice must be pairs of 'key: value'"),
        ("question: a\ntype: text\nlabel: A\nlocate: b", "8: 'locate' says nothing here (only for select_one)"),
        ("question: a\ntype: text\nlabel: A\ncurrency: EUR", "8: 'currency' says nothing here (only for money)"),
        ("question: a\ntype: money\nlabel: A\ncurrency: euro", "8: 'euro' is no currency"),
        ("question: a\ntype: [image, rank]\nlabel: A", "6: 'rank' cannot stand beside another type"),
        ("question: a\ntype: [image, image]\nlabel: A", "6: a type stands here twice"),
        ("question: a\ntype: text\nlabel: A\nconstraint: {pattern: '['}", "8: '[' is no pattern"),
        ("question: a\ntype: text\nlabel: A\nconstraint: {mim: 1}", "8: unknown key 'mim', did you mean 'min'?"),
        ("question: a\ntype: text\nlabel: A\nconstraint: {min_length: -1}", "8: 'min_length' must be a whole number"),
        ("question: a\ntype: text\nlabel: A\nrequired: nope", "8: 'required' must be true or false"),
        ("note: a\nrelevant: {}", "6: an empty condition"),
        ("note: a\nrelevant: kind", "6: a condition must be pairs of 'key: value'"),
        ("note: a\nrelevant: {kind: }", "6: a value to compare 'kind' with is missing"),
        ("note: a\nrelevant: {kind: {}}", "6: what must hold of 'kind'? One of: min, max"),
        ("note: a\nrelevant: {kind: {more: 1}}", "6: unknown key 'more', did you mean 'more_than'?"),
        ("note: a\nrelevant: {any: {a: b}}", "6: 'any' must be a list"),
        ("note: a\nrelevant: {Any: [{a: b}]}", "6: 'Any' is no name of a step, did you mean 'any'?"),
        ("note: a\nrelevant: {kind: []}", "6: 'kind' is an empty list"),
        ("repeat: r\nagain: More?\nmin: 3\nmax: 2\nsteps: [{note: a}]", "5: at least 3 and at most 2"),
        ("do: act\nwith: {a: [b]}", "6: 'a' must be a single value"),
        ("do: act\nquiet: full", "6: 'quiet' must be a list"),
    ],
)
def test_what_is_wrong_with_a_step_is_told_with_its_line(step: str, told: str) -> None:
    assert any(told in message for message in of_step(step)), of_step(step)


def test_a_dialog_stands_in_a_file_of_its_name_and_only_there(tmp_path: Path) -> None:
    folder = tmp_path / "dialogs"
    for room, file, name in (("a", "one", "one"), ("b", "one", "one"), ("b", "two", "too")):
        (folder / room).mkdir(parents=True, exist_ok=True)
        (folder / room / f"{file}.yaml").write_text(f"dialog: {name}\nversion: 1\ntitle: T\nsteps: [{{note: a}}]\n")
    (folder / "a" / "bytes.yaml").write_bytes(b"dialog: a\ntitle: \xff\n")

    dialogs, problems = read_dialogs(folder)

    assert set(dialogs) == {"one", "too"}
    assert [str(problem) for problem in problems] == [
        "dialogs/a/bytes.yaml:2: the file must be saved as UTF-8",
        "dialogs/b/one.yaml:1: dialog 'one' is already in dialogs/a/one.yaml",
        "dialogs/b/two.yaml:1: dialog 'too' must be in a file of that name",
    ]


SYNTAX = ("\t", "{", "}", "[", "]", ": ", "- ", "\n", "  ", "&a ", "*a", "!!int ", "'", '"', "|", "> ", "?", "#", "<<")
OTHERS = ("---\n", "%YAML 2\n", "null", "~", "\x00", "all", "steps:", "question: ", "9" * 5000, "\u2028", "\ufeff")
SPLINTERS = st.sampled_from([*SYNTAX, *OTHERS])


@given(st.lists(st.tuples(st.integers(0, len(EVERYTHING)), st.integers(0, 60), SPLINTERS), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_a_mangled_dialog_gives_problems_and_never_a_traceback(wounds: list[tuple[int, int, str]]) -> None:
    text = EVERYTHING
    for at, length, splinter in wounds:
        text = text[:at] + splinter + text[at + length :]

    dialog, problems = read_dialog(text, "x.yaml")

    assert dialog is not None or problems
    assert all(1 <= problem.line <= len(text.splitlines()) for problem in problems)


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_gives_problems_and_never_a_traceback(text: str) -> None:
    assert read_dialog(text, "x.yaml")[1]


def test_dialogs_are_read_by_the_fast_parser() -> None:
    """Python's own takes twenty times as long, and every start and every `check` would."""
    assert LOADER is yaml.CSafeLoader
