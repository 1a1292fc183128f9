"""What people say: one idea from its first word to its number, the same to every bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Say:
    """Something typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button with this label, under the bot's last message."""

    label: str


Act: TypeAlias = Say | Press

# Six taps, three typed answers and a command; each is one update, and each gets one message.
IDEA: tuple[Act, ...] = (
    Say("/idea"),
    Press("Something new"),
    Say("Benches along the river"),
    Say("Places to rest for everyone who walks slowly: every two hundred metres one with a back and arms."),
    Press("Environment and nature"),
    Press("Altstadt"),
    Say("1200 €"),
    Press("Skip"),
    Press("Skip"),
    Press("Send the idea"),
)
DONE = "Its number is P-"  # the last message says so
