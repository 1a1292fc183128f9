"""What an answer that does not fit gets: the reason, then what is expected, then a human."""

from __future__ import annotations

from projektbot.dialog.answers import constraint_text
from projektbot.dialog.model import FILES, Question, Step
from projektbot.dialog.talk import Talk
from projektbot.texts import N_, Own, Text

EXPECTED, HUMAN = 2, 3  # at which miss


def no_match(talk: Talk, step: Step | None, reason: Text) -> None:
    """Explain; the second time say what is expected; the third time offer a human."""
    misses = talk.miss()
    talk.say(reason)
    if isinstance(step, Question):
        expected = constraint_text(step)
        if misses >= EXPECTED and expected != reason:
            talk.say(expected)
        if not step.required and step.type not in FILES:  # what is expected of a file says so itself
            talk.say(N_("You can leave this out: /skip"))
    if misses >= HUMAN and talk.scene.contact:
        talk.say(N_("If you are stuck, a person can help you: {contact}", contact=Own(talk.scene.contact)))
    elif misses >= HUMAN:
        talk.say(N_("You can stop here at any time with /cancel. What you have answered is kept."))
