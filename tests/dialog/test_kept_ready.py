"""What is kept ready of a question asks only those who are asked the same.

That it is what would be asked anew is looked after at every step of every test here: see scene.Player.do.
"""

from __future__ import annotations

from projektbot.dialog.engine import Result
from tests.dialog.scene import HELP, MENU, Player, SmallHouse

PETS = """
dialog: pets
version: 1
title: Pets
trigger: [{command: pets}]
steps:
  - repeat: pets
    again: One more?
    steps:
      - question: pet
        type: text
        label: What is it called?
"""
SURE = """
dialog: sure
version: 1
title: Sure
trigger: [{command: sure}]
steps:
  - question: first
    type: select_one
    label: Shall it be noted first?
    choices: [{name: yes_do, label: Note it}, {name: no_do, label: Leave it}]
  - do: store
    relevant: {first: yes_do}
    quiet: [stored, full]
  - question: then
    type: text
    label: And then?
"""


def test_two_who_are_asked_the_same_are_asked_by_the_same_prompt() -> None:
    anna, ben = Player(), Player()

    anna.says("/all")
    ben.says("/all")

    assert anna.turn.prompt is ben.turn.prompt


def test_each_is_asked_in_their_own_language() -> None:
    anna, jonas = Player(MENU, HELP), Player(MENU, HELP, locale="de")
    for player in (anna, jonas):
        player.says("/start")

    assert anna.turn.prompt is not jonas.turn.prompt


def test_the_buttons_of_a_second_draft_belong_to_it() -> None:
    anna = Player()
    anna.says("/all", "hello", "3")
    first = anna.button("Skip")
    anna.says("/cancel", "/all", "hello", "3")

    assert anna.button("Skip") != first


def test_each_round_of_what_is_no_draft_has_its_own_question() -> None:
    anna = Player(PETS, HELP, MENU)
    anna.says("/pets")
    asked = [anna.turn.prompt.about]
    for name in ("Rex", "Mia"):
        anna.says(name)
        anna.taps("Yes")
        asked.append(anna.turn.prompt.about)

    assert len(set(asked)) == len(asked)


def test_back_is_offered_to_those_who_can_go_back() -> None:
    """The same question, reached past something done and without it."""
    house = SmallHouse(outcome=Result("stored", {"ref": "X-1"}))
    anna, ben = Player(SURE, HELP, MENU, house=house), Player(SURE, HELP, MENU)
    for player, choice in ((anna, "Note it"), (ben, "Leave it")):
        player.says("/sure")
        player.taps(choice)

    assert "Back" not in anna.labels()
    assert "Back" in ben.labels()


def test_the_count_of_questions_is_that_of_the_person() -> None:
    """A tap on red adds a question for Anna alone."""
    anna, ben = Player(), Player()
    for player, colour in ((anna, "Red"), (ben, "Green")):
        player.says("/all", "hello", "3", "/skip", "/skip", "1 July 2026", "/skip", "1")
        player.taps(colour, "Done", "Tea", "Milk")
    anna_total, ben_total = (player.said().split(" of ")[1].split()[0] for player in (anna, ben))

    assert int(anna_total) == int(ben_total) + 1


CHOSEN = """
dialog: chosen
version: 1
title: Chosen
trigger: [{command: chosen}]
steps:
  - question: kind
    type: select_one
    label: Which one?
    choices: [{name: new, label: Something new}, {name: better, label: Make something better}]
  - question: more
    type: text
    label: Anything else?
    required: false
  - review: review
    label: Is everything right?
    submit: Send it
"""


def summary(player: Player, *labels: str) -> tuple[object, ...]:
    """Choose and skip, and return the lines of the review behind its question."""
    player.says("/chosen")
    player.taps(*labels)
    return player.turn.prompt.lines[1:]


def test_what_was_chosen_is_summed_up_once_for_all_who_chose_it() -> None:
    anna, ben, cem = Player(CHOSEN), Player(CHOSEN), Player(CHOSEN)

    same = summary(anna, "Something new", "Skip")

    assert all(mine is theirs for mine, theirs in zip(same, summary(ben, "Something new", "Skip"), strict=True))
    assert same[0] != summary(cem, "Make something better", "Skip")[0]


def test_each_reads_the_review_in_their_own_language() -> None:
    summary(Player(CHOSEN), "Something new", "Skip")

    jonas = Player(CHOSEN, locale="de")

    assert "Etwas Neues" in str(summary(jonas, "Etwas Neues", "Auslassen")[0])


def test_what_a_person_wrote_is_never_kept_ready() -> None:
    anna, ben = Player(CHOSEN), Player(CHOSEN)
    for player in (anna, ben):
        player.says("/chosen")
        player.taps("Something new")
        player.says("Benches")

    assert anna.turn.prompt.lines[2] is not ben.turn.prompt.lines[2]


FAR = """
dialog: far
version: 1
title: Far
trigger: [{command: far}]
steps:
  - link: asked
    with: {far: "yes"}
"""
ASKED = """
dialog: asked
version: 1
title: Asked
trigger: [{command: asked}]
steps:
  - question: how_far
    type: text
    label: How far?
    relevant: {far: "yes"}
  - question: kind
    type: select_one
    label: Which one?
    choices: [{name: new, label: Something new}]
  - review: review
    label: Is everything right?
    submit: Send it
"""


def test_a_summary_keeps_its_distance_to_what_stands_above_it() -> None:
    anna, ben = Player(FAR, ASKED), Player(FAR, ASKED)
    anna.says("/far", "A mile")
    ben.says("/asked")
    for player in (anna, ben):
        player.taps("Something new")

    assert [line.close for line in anna.turn.prompt.lines] == [False, False, True]
    assert [line.close for line in ben.turn.prompt.lines] == [False, False]
