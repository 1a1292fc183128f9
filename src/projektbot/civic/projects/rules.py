"""What an idea is about, and how its reference is written."""

from __future__ import annotations

from enum import StrEnum

from projektbot.texts import N_

# PRODUCT: the eight fields of action
FIELDS = {
    "mobility": N_("Sustainable mobility"),
    "digital": N_("Digital administration and data"),
    "social": N_("Social innovation and participation"),
    "health": N_("Health"),
    "culture": N_("Education and culture"),
    "nature": N_("Environment and nature"),
    "housing": N_("Housing and urban planning"),
    "other": N_("Something else"),
}

FIRST_REF = 1001  # four digits from the start: easier to say, and nobody is number one


class Stage(StrEnum):
    """How far a project is."""

    SUBMITTED = "submitted"


STAGES = {Stage.SUBMITTED: N_("has arrived and is being read")}


class SubmitOutcome(StrEnum):
    """What became of sending an idea."""

    SUBMITTED = "submitted"


def reference(number: int) -> str:
    """Return a project's public id: short and speakable."""
    return f"P-{number}"
