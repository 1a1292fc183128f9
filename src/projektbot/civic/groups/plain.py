"""What of a plain message is shown in the other chat of a project: a name that is one, and words; both call nobody."""

from __future__ import annotations

import re

from projektbot.dialog.cleaning import clean, is_visible

LONGEST_NAME = 40
LONGEST_WORDS = 3900  # UTF-16 units: with a name in front it is one message of Telegram, which takes 4096
LONGEST_CAPTION = 900  # likewise, of 1024
# Neither "@anna" nor "@room" may ring anybody: a joiner without width makes it no name. Addresses of mail stay whole.
CALLING = re.compile(r"(?<!\w)@(?=\w)")
UNCALLING = "@\u2060"


def shown_name(name: str) -> str:
    """Return a name as it stands before somebody's words: on one line, without what cannot be seen; "" if none is left.

    Nobody but us ends it: a colon in it would let one person speak as two. It calls nobody, either: who is called
    "@anna" on one messenger would ring somebody else on the other with every word.
    """
    words = " ".join(clean(name).replace(":", " ").split())
    return CALLING.sub(UNCALLING, words[:LONGEST_NAME].rstrip()) if is_visible(words) else ""


def shown_words(words: str, longest: int = LONGEST_WORDS) -> str:
    """Return what somebody wrote as it may be shown to others, at most `longest` UTF-16 units of it."""
    quiet = CALLING.sub(UNCALLING, clean(words))
    raw = quiet.encode("utf-16-le", "ignore")
    if len(raw) <= 2 * longest:
        return quiet
    return raw[: 2 * (longest - 1)].decode("utf-16-le", "ignore").rstrip() + "…"
