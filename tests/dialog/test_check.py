"""Checking dialogs: every mistake an author can make is found, with its line, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from projektbot.dialog.check import check_dialogs
from projektbot.dialog.house import ActionInfo, Known
from projektbot.dialog.model import Dialog
from projektbot.dialog.read import read_dialog, read_dialogs

DIALOGS = Path(__file__).parents[2] / "dialogs"

HOUSE = Known(
    actions={
        "lend": ActionInfo(("done", "busy"), frozenset({"what"}), frozenset({"days"}), frozenset({"ref"})),
        "look": ActionInfo(("seen",), frozenset(), frozenset({"days"}), frozenset({"what"})),
    },
    providers=frozenset({"bikes"}),
    functions=frozenset({"is_dear"}),
    locators=frozenset({"area_at"}),
)

WHAT = "- {question: what, type: text, label: What?}\n"
KIND = "- {question: kind, type: select_one, label: Which?, choices: [{name: a, label: A}, {name: b, label: B}]}\n"
BOTH = "- {note: Yes, relevant: {lend: done}}\n- {note: No, relevant: {lend: busy}}\n"


def dialog(steps: str, name: str = "bike", head: str = "") -> Dialog:
    """Read a dialog whose first step stands in line 5 (with one line of `head`, in line 6)."""
    read, problems = read_dialog(f"dialog: {name}\nversion: 1\ntitle: T\n{head}steps:\n{steps}", f"{name}.yaml")
    assert problems == []
    assert read is not None
    return read


def told(*dialogs: Dialog) -> list[str]:
    """Return what an author is told about dialogs, without the ending of the file."""
    return [str(p).replace(".yaml", "") for p in check_dialogs({d.name: d for d in dialogs}, HOUSE)]


def test_a_sound_dialog_has_no_problems() -> None:
    steps = (
        KIND
        + WHAT
        + "- {review: r, submit: Send}\n- {do: lend}\n- {note: 'Yes: {ref} for {what}', relevant: {lend: done}}\n"
    )

    assert told(dialog(steps + "- {note: No, relevant: {not: {lend: done}}}\n")) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        # the house
        (WHAT + "- {do: lent}\n", "bike:6: unknown action 'lent', did you mean 'lend'?"),
        (
            "- {question: a, type: rank, label: A, choices: {from: bike}}\n",
            "bike:5: unknown provider 'bike', did you mean 'bikes'?",
        ),
        ("- {calculate: a, function: dear}\n", "bike:5: unknown function 'dear', did you mean 'is_dear'?"),
        (
            "- {question: a, type: select_one, label: A, choices: {from: bikes}, locate: at}\n",
            "bike:5: unknown locator 'at'",
        ),
        ("- {link: nowhere}\n", "bike:5: unknown dialog 'nowhere'"),
        (
            "- {calculate: photo, function: is_dear}\n- {note: Look, picture: foto}\n",
            "bike:6: 'picture': no calculate before is called 'foto', did you mean 'photo'?",
        ),
        (
            "- {question: a, type: select_one, label: A, choices: {from: bikes}, begins_at: seen}\n",
            "bike:5: 'begins_at': no earlier step is called 'seen'",
        ),
        ("- {call: bikes}\n", "bike:5: unknown dialog 'bikes', did you mean 'bike'?"),
        # outcomes
        (WHAT + "- {do: lend}\n- {note: Yes, relevant: {lend: done}}\n", "bike:6: no step tests the outcome 'busy'"),
        (
            WHAT + "- {do: lend, quiet: [busy]}\n- {note: Bye}\n",
            "bike:6: no step tests the outcome 'done'",
        ),
        (
            WHAT + "- {do: lend}\n- {note: a, relevant: {not: {lend: done}}}\n",
            "bike:6: no step tests the outcome 'done'",
        ),
        (WHAT + "- {do: lend, quiet: [lost]}\n" + BOTH, "bike:6: 'quiet': action 'lend' has no outcome 'lost'"),
        (
            WHAT + "- {do: lend}\n" + BOTH + "- {note: a, relevant: {lend: dome}}\n",
            "bike:9: action 'lend' has no outcome 'dome', did you mean 'done'?",
        ),
        # arguments
        ("- {do: lend}\n" + BOTH, "bike:5: action 'lend' needs 'what', which no earlier step gives"),
        (
            "- {question: what, type: text, label: W, required: false}\n- {do: lend}\n" + BOTH,
            "bike:6: action 'lend' needs 'what', which is not always answered here",
        ),
        (
            KIND + "- {question: what, type: text, label: W, relevant: {kind: a}}\n- {do: lend}\n" + BOTH,
            "bike:7: action 'lend' needs 'what', which is not always answered here",
        ),
        (
            "- {question: area, type: select_one, label: A, choices: {from: bikes}, locate: area_at, location: what}\n"
            "- {do: lend}\n" + BOTH,
            "bike:6: action 'lend' needs 'what', which is not always answered here",
        ),
        (
            "- {repeat: r, again: More?, steps: [{question: what, type: text, label: W}]}\n- {do: lend}\n" + BOTH,
            "bike:6: action 'lend' needs 'what', which no earlier step gives",
        ),
        (
            WHAT + "- {do: lend, with: {dais: 3}}\n" + BOTH,
            "bike:6: action 'lend' takes no 'dais', did you mean 'days'?",
        ),
        (
            WHAT + "- {do: lend, with: {days: '{n}'}}\n" + BOTH,
            "bike:6: 'with: days' takes {n}, which no earlier step is",
        ),
        (WHAT + "- {do: lend, with: {days: 'a {what}'}}\n" + BOTH, "bike:6: 'with: days' is either a constant or one"),
        # conditions
        (
            "- {note: a, relevant: {kind: a}}\n" + KIND,
            "bike:5: 'relevant' asks about 'kind', which comes only in line 6",
        ),
        (
            KIND + "- {note: a, relevant: {kin: a}}\n",
            "bike:6: 'relevant' asks about 'kin', which no step is called, did",
        ),
        (
            "- {repeat: r, again: M, steps: [{question: b, type: text, label: W}]}\n- {note: a, relevant: {b: c}}\n",
            "bike:6: 'relevant' asks about 'b', which is inside the repeat 'r'",
        ),
        (
            "- {repeat: r, again: M, steps: [{note: a, relevant: {r: {min: 1}}}]}\n",
            "bike:5: 'relevant' asks about the repeat 'r' inside of it",
        ),
        (
            WHAT + "- {review: r, submit: S}\n- {note: a, relevant: {r: true}}\n",
            "bike:7: 'relevant' asks about the review 'r'",
        ),
        (KIND + "- {note: a, relevant: {kind: [a, c]}}\n", "bike:6: question 'kind' has no choice 'c'"),
        (
            KIND + "- {note: a, relevant: {kind: {min: 3}}}\n",
            "bike:6: an answer of type 'select_one' cannot be compared",
        ),
        (
            "- {question: d, type: date, label: D}\n- {note: a, relevant: {d: {min: soon}}}\n",
            "bike:6: 'soon' cannot be compared with an answer of type 'date' (write 2026-11-22)",
        ),
        (
            "- {question: m, type: money, label: M}\n- {note: a, relevant: {m: 5}}\n",
            "bike:6: an answer of type 'money' cannot be tested for one value",
        ),
        (
            "- {question: n, type: integer, label: N}\n- {note: a, relevant: {n: few}}\n",
            "bike:6: question 'n' is answered with a whole number, never with 'few'",
        ),
        # ways
        (KIND + "- {note: a, relevant: {all: [{kind: a}, {kind: b}]}}\n", "bike:6: this step is never reached"),
        (
            KIND + "- {question: c, type: text, label: C, relevant: {kind: a}}\n"
            "- {note: x, relevant: {c: {answered: true}, kind: b}}\n",
            "bike:7: this step is never reached: its condition is never true here",
        ),
        (
            WHAT + "- {link: bike}\n- {note: a}\n",
            "bike:7: this step is never reached: the link in line 6 always comes first",
        ),
        (
            KIND + "- {link: bike, relevant: {kind: a}}\n- {link: bike, relevant: {kind: b}}\n- {note: c}\n",
            "bike:8: this step is never reached: the link in line 7 always comes first",
        ),
        ("- {review: r, submit: Send}\n" + WHAT, "bike:5: this review has no question to show"),
        (
            "- {repeat: r, again: More?, steps: [{question: b, type: text, label: W}, {link: bike}]}\n",
            "bike:5: a link cannot stand inside the repeat 'r'",
        ),
        # names
        (WHAT + WHAT, "bike:6: the name 'what' is already used in line 5"),
        (
            WHAT + "- {do: lend, quiet: [done, busy]}\n- {do: lend, quiet: [done, busy]}\n",
            "bike:7: the name 'lend' is already used in line 6; give this one a 'name'",
        ),
        (
            "- {question: a, type: rank, label: A, choices: [{name: b, label: B}, {name: b, label: C}]}\n",
            "bike:5: the choice 'b' stands in question 'a' twice",
        ),
        # constraints
        ("- {question: a, type: text, label: A, constraint: {max: 9}}\n", "for its length write 'max_length'"),
        ("- {question: a, type: date, label: A, constraint: {max: now}}\n", "bike:5: 'max: now' is no bound for type"),
        ("- {question: a, type: integer, label: A, constraint: {min: 1.5}}\n", "bike:5: 'min: 1.5' is no bound"),
        (
            "- {question: a, type: money, label: A, constraint: {min: 9, max: 1}}\n",
            "bike:5: between 9 and 1 there is no",
        ),
        (
            "- {question: a, type: date, label: A, constraint: {min: 2026-02-01, max: 2026-01-01}}\n",
            "bike:5: between 2026-02-01 and 2026-01-01 there is no answer",
        ),
        (
            "- {question: a, type: integer, label: A, constraint: {pattern: x}}\n",
            "bike:5: 'pattern' binds only answers",
        ),
        (
            "- {question: a, type: text, label: A, constraint: {min_length: 9, max_length: 1}}\n",
            "bike:5: 'max_length' is less than 'min_length'",
        ),
        (
            "- {question: a, type: rank, label: A, choices: [{name: b, label: B}], constraint: {min: 2}}\n",
            "bike:5: at least 2 of 1 choices cannot be chosen",
        ),
        # texts
        ("- {note: 'Hello {name}'}\n", "bike:5: unknown placeholder {name}"),
        ("- {note: 'Hello {what}'}\n" + WHAT, "bike:5: unknown placeholder {what}"),
        ("- {repeat: r, again: M, steps: [" + WHAT[2:-1] + "]}\n- {note: '{r}'}\n", "bike:6: unknown placeholder {r}"),
        ("- {note: 'Hello {'}\n", "bike:5: a brace that belongs to no {placeholder}"),
        (
            KIND + "- {question: c, type: text, label: C, relevant: {kind: a}}\n- {note: 'It is {c}'}\n",
            "bike:7: the placeholder {c} is not always answered here and would leave a hole",
        ),
        (f"- {{note: {'x' * 4097}}}\n", "has 4097 characters, a message 4096"),
        (
            f"- {{question: a, type: text, label: {'x' * 3000}, hint: {'x' * 1097}}}\n",
            "bike:5: question 'a' has 4097 characters with its choices, a message 4096",
        ),
        (WHAT + f"- {{review: r, submit: {'x' * 65}}}\n", "has 65 characters, a button 64"),
        (
            f"- {{question: a, type: text, label: {'x' * 65}}}\n- {{review: r, submit: S}}\n",
            "a button 64; give the question a short 'title' for the review",
        ),
        # buttons
        (
            f"- {{question: {'q' * 24}, type: rank, label: A, choices: [{{name: {'c' * 34}, label: B}}]}}\n",
            "bike:5: a button would carry 65 bytes of 64",
        ),
        (
            (
                f"- {{repeat: {'r' * 24}, again: M, steps: [{{question: {'q' * 24}, type: rank, label: A,"
                " choices: {from: bikes}}]}\n"
            ),
            "bike:5: a button would carry 71 bytes of 64",
        ),
    ],
)
def test_a_mistake_in_a_dialog_is_found_once_and_alone(steps: str, expected: str) -> None:
    found = told(dialog(steps))

    assert [message for message in found if expected in message], found
    assert len(found) == 1, found


@pytest.mark.parametrize(
    "steps",
    [
        # a condition that lets an action come only with what it needs
        KIND
        + "- {question: what, type: text, label: W, relevant: {kind: a}}\n- {do: lend, relevant: {kind: a}}\n"
        + BOTH,
        "- {question: what, type: text, label: W, required: false}\n"
        "- {do: lend, relevant: {what: {answered: true}}}\n" + BOTH,
        KIND + "- {link: bike, relevant: {kind: b}}\n- {question: what, type: text, label: W, relevant: {kind: a}}\n"
        "- {do: lend}\n" + BOTH,
        "- {question: n, type: money, label: N, required: false}\n"
        "- {question: what, type: text, label: W, relevant: {n: {min: 5}}}\n- {do: lend, relevant: {n: {min: 5}}}\n"
        + BOTH,
        "- {question: m, type: select_multiple, label: M, choices: [{name: a, label: A}, {name: b, label: B}]}\n"
        "- {question: what, type: text, label: W, relevant: {m: a}}\n"
        "- {do: lend, relevant: {all: [{m: a}, {m: b}]}}\n" + BOTH,
        # facts of an earlier action
        (
            "- {do: look, quiet: [seen]}\n- {do: lend}\n- {note: 'It is {what}', relevant: {lend: done}}\n"
            "- {note: No, relevant: {lend: busy}}\n"
        ),
        # steps of a repeat see those before it and in it
        KIND + "- {repeat: r, again: 'More {kind}?', steps: [{question: b, type: text, label: '{kind}'},"
        " {note: '{b}', relevant: {kind: a}}]}\n- {note: Many, relevant: {r: {min: 2}}}\n",
        # outcomes tested together or by what they are not
        WHAT + "- {do: lend}\n- {note: a, relevant: {lend: [done, busy]}}\n",
        WHAT + "- {do: lend}\n- {note: a, relevant: {lend: done}}\n- {note: a, relevant: {not: {lend: done}}}\n",
        # dates, times and amounts are bound in their own unit
        (
            "- {question: a, type: date, label: A, constraint: {min: today, max: 2030-01-01}}\n"
            "- {question: b, type: time, label: B, constraint: {min: 09:30}}\n"
            "- {question: c, type: money, label: C, constraint: {max: 99.50}}\n"
            "- {note: Late, relevant: {a: {more_than: 2027-01-01}, b: {less_than: '12:00'}, c: {min: 0.50}}}\n"
        ),
    ],
)
def test_what_is_right_is_not_complained_about(steps: str) -> None:
    assert told(dialog(steps)) == []


def test_more_cases_than_can_be_tried_are_believed() -> None:
    many = "".join(
        f"- {{question: q{n}, type: select_one, label: Q, choices: {{from: bikes}}, required: false}}\n"
        for n in range(12)
    )
    never = "- {note: n, relevant: {all: [" + ", ".join(f"{{q{n}: [a, b]}}" for n in range(12)) + "]}}\n"

    assert told(dialog(many + never)) == []


# ---- between dialogs -------------------------------------------------------------------------------------------------


def test_two_dialogs_cannot_be_opened_by_the_same_word() -> None:
    one = dialog(WHAT, "one", "trigger: [{command: a}, {deep_link: a}, {moment: otherwise}]\n")
    two = dialog(WHAT, "two", "trigger: [{command: a}, {deep_link: a}, {moment: otherwise}, {command: back}]\n")

    assert told(one, two) == [
        "two:1: the command 'a' already opens one",
        "two:1: the command 'back' already opens every dialog",
        "two:1: the deep link 'a' already opens one",
        "two:1: the moment 'otherwise' already opens one",
    ]


def test_a_command_with_words_may_open_another_dialog_than_the_bare_one() -> None:
    bare = dialog(WHAT, "one", "trigger: [{command: a}]\n")
    with_words = dialog(WHAT, "two", "trigger: [{command: a, fill: what}]\n")

    assert told(bare, with_words) == []
    assert told(with_words) == ["two:1: nothing opens with '/a' and no words behind it"]


def test_a_deep_link_fills_a_question() -> None:
    assert told(dialog(WHAT, head="trigger: [{deep_link: a, fill: what}]\n")) == []
    assert told(dialog(WHAT, head="trigger: [{deep_link: a, fill: which}]\n")) == [
        "bike:1: 'fill: which' is no question of this dialog"
    ]


def test_dialogs_that_call_each_other_in_a_circle_are_told_where() -> None:
    one, two = dialog(WHAT + "- {call: two}\n", "one"), dialog(WHAT + "- {call: one}\n", "two")

    assert told(one, two) == [
        "one:6: dialogs call each other in a circle: one → two → one",
        "two:6: dialogs call each other in a circle: two → one → two",
    ]


def test_a_circle_of_links_is_fine_as_long_as_something_is_asked() -> None:
    assert told(dialog(WHAT + "- {link: two}\n", "one"), dialog("- {link: one}\n", "two")) == []
    assert told(dialog("- {link: two}\n", "one"), dialog("- {note: a}\n- {link: one}\n", "two")) == [
        "one:5: a circle in which nothing is asked: one → two → one",
        "two:6: a circle in which nothing is asked: two → one → two",
    ]


def test_what_every_caller_hands_over_can_be_relied_on() -> None:
    lends = dialog("- {note: 'Take {what}'}\n- {do: lend}\n" + BOTH, "lends")
    one = dialog(WHAT + "- {link: lends, with: {what: '{what}'}}\n", "one")
    two = dialog("- {link: lends, with: {what: a bell}}\n", "two")

    assert told(lends, one, two) == []


def test_what_one_way_in_does_not_hand_over_may_be_missing() -> None:
    steps = "- {note: 'Take {what}'}\n- {do: lend}\n" + BOTH
    one = dialog(WHAT.replace("}", ", required: false}") + "- {link: lends, with: {what: '{what}'}}\n", "one")
    two = dialog("- {link: lends, with: {what: a bell}}\n", "two")
    hole = [
        "lends:5: the placeholder {what} is not always answered here and would leave a hole",
        "lends:6: action 'lend' needs 'what', which is not always answered here",
    ]

    assert told(dialog(steps, "lends"), two) == []
    assert told(dialog(steps, "lends"), two, dialog("- {link: lends}\n", "three")) == hole
    assert told(dialog(steps, "lends"), one, two) == hole
    assert [line.split(":")[-1] for line in told(dialog(steps, "lends", "trigger: [{command: a}]\n"), two)] == [
        line.split(":")[-1] for line in hole
    ]


def test_what_a_person_wrote_is_handed_to_the_dialog_for_everything_else() -> None:
    steps = "- {note: 'You wrote: {words}'}\n"

    assert told(dialog(steps, head="trigger: [{moment: otherwise}]\n")) == []
    assert told(dialog(steps, head="trigger: [{moment: otherwise}, {command: a}]\n")) == [
        "bike:6: the placeholder {words} is not always answered here and would leave a hole"
    ]


def test_uncertainty_is_passed_on_from_caller_to_caller() -> None:
    first = dialog(WHAT.replace("}", ", required: false}") + "- {link: middle, with: {what: '{what}'}}\n", "first")
    middle = dialog("- {link: lends, with: {what: '{what}'}}\n", "middle")
    lends = dialog("- {do: lend}\n" + BOTH, "lends")

    assert told(first, middle, lends) == ["lends:5: action 'lend' needs 'what', which is not always answered here"]


def test_the_dialogs_of_the_house_can_be_checked() -> None:
    dialogs, _ = read_dialogs(DIALOGS)

    assert all(problem.line > 0 for problem in check_dialogs(dialogs, HOUSE))
