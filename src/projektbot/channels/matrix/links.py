"""The link that opens a chat with us."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

# The specification's "User identifiers", old ones with any printable letter included, and "Server name".
USER: Final = re.compile(r"@[!-9;-~]+:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
LONGEST: Final = 255


def link_to(user_id: str) -> str:
    """Return the link, to matrix.to and nowhere else, which helps to choose a client; empty if the id is none."""
    if len(user_id) > LONGEST or not USER.fullmatch(user_id):
        return ""
    return f"https://matrix.to/#/{quote(user_id, safe='@:')}"
