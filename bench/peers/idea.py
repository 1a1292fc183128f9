"""The words and buttons of the idea dialog, so that every peer says the same as we do."""

from __future__ import annotations

from typing import TypeAlias

Buttons: TypeAlias = tuple[tuple[str, str], ...]  # (label, callback data)

SKIP: Buttons = (("Skip", "skip"), ("Back", "back"))
BACK: Buttons = (("Back", "back"),)

KIND = "Question 1 of 8\nIs it something new, or should something that exists get better?"
KINDS: Buttons = (("Something new", "kind:new"), ("Make something better", "kind:better"))
TITLE = "Question 2 of 8\nWhat is your idea called?\nA few words are enough, for example: Benches along the river."
DESCRIPTION = "Question 3 of 8\nWhat exactly is it, and whom does it help?\nWrite as you would tell it to a neighbour."
FIELD = "Question 4 of 8\nWhich field does it belong to?"
FIELDS: Buttons = (
    ("Sustainable mobility", "field:mobility"),
    ("Digital administration and data", "field:digital"),
    ("Social innovation and participation", "field:social"),
    ("Health", "field:health"),
    ("Education and culture", "field:culture"),
    ("Environment and nature", "field:nature"),
    ("Housing and urban planning", "field:housing"),
    ("Something else", "field:other"),
)
AREA = "Question 5 of 8\nWhere is it?\nChoose the area, or share the location with your messenger."
AREAS: Buttons = (
    ("Altstadt", "area:altstadt"),
    ("Hafenviertel", "area:hafen"),
    ("Lindenhof", "area:lindenhof"),
    ("Nordfeld", "area:nordfeld"),
    ("Mühleninsel", "area:muehleninsel"),
    ("Südhang", "area:suedhang"),
    ("Gartenstadt", "area:gartenstadt"),
)
COST = "Question 6 of 8\nWhat may it cost, roughly?\nA guess is fine. It helps us to find money for it."
PICTURE = (
    "Question 7 of 8\nDo you have a photo of the place, or would you like to say something about it?\n"
    "Send a photo or a voice note."
)
CONTRIBUTION = (
    "Question 8 of 8\nWhat can you contribute yourself?\nTime, tools, knowledge, contacts. Nothing at all is fine too."
)
REVIEW_BUTTONS: Buttons = (("Send the idea", "send"), ("Change something", "change"), ("Go on later", "later"), *BACK)


def label(buttons: Buttons, data: str) -> str:
    """Return what stands on the button with these data."""
    return next(words for words, given in buttons if given == data)


def review(answers: dict[str, str]) -> str:
    """Return the summary before an idea is sent."""
    lines = "\n".join(f"{name}: {answer}" for name, answer in answers.items())
    return f"This is your idea. Is everything right?\n\n{lines}"


def thanks(number: int) -> str:
    """Return the last word."""
    return (
        f"Thank you! Your idea has arrived. Its number is P-{number}.\nWhat happens next: people from the city "
        "administration read it and write to you here, usually within 14 days. You can see how it stands at any time "
        "with /ideas."
    )
