"""What the kind of a letter means: how urgent it is, and how often it may leave in doubt."""

from __future__ import annotations

from typing import Final

from projektbot.messages import Letter

SECOND: Final = 1_000_000  # all times here are microseconds since 1970 UTC, as in the store

REPLY, NOTICE, BULK = range(3)  # ranks: the smaller goes first
RANKS: Final = {"receipt": REPLY, "ballot": REPLY, "notice": NOTICE, "bulk": BULK}
KINDS: Final = {rank: tuple(kind for kind in RANKS if RANKS[kind] == rank) for rank in (REPLY, NOTICE, BULK)}

# How often a letter may leave when nobody knows whether it has arrived; the kinds not named here: again and again.
# These are claimed in the store before they leave, so that after a crash we know which of them may have left. Receipts
# and ballots are not: after a crash they are sent again in any case (a question twice is better than no answer), so
# 'queued' says all there is to know, and each reply saves a commit on its way out. What is counted, as `attempts`, are
# the sends that may have had an effect, not those that the messenger surely refused. Of letters in doubt about half
# had not arrived (a crash comes before the send as well as after it): two doubts in a row are rare and lost news all
# the same, four are next to never.
SENDS: Final = {"notice": 4, "bulk": 1}


def is_expired(letter: Letter, now: int) -> bool:
    """Say whether it is too late to send the letter."""
    return letter.expires_at is not None and letter.expires_at <= now
