"""The link that opens a chat with the bot."""

from __future__ import annotations

import re
from typing import Final

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")  # usernames; five letters and more, four if bought
START: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Bot API, "Deep linking"


def link_to(username: str, start: str = "") -> str:
    """Return the link, which hands `start` to the bot; empty if the name is none. It leads to t.me and nowhere else."""
    if not NAME.fullmatch(username):
        return ""
    return f"https://t.me/{username}" + (f"?start={start}" if START.fullmatch(start) else "")
