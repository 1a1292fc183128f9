"""Sessions as they were last written, so that whoever goes on talking needs no reading."""

from __future__ import annotations

from projektbot.dialog.session import Session, dump, load

MOST_SESSIONS = 1024  # some 8 MB; who comes back later is read from the store


class Kept:
    """The sessions last written by this process, each with the bytes that stand for it in the store.

    The store decides: a session is used only while its bytes are the ones found there, so that neither a transaction
    that was rolled back nor another process can make it stale.
    """

    def __init__(self) -> None:
        self._sessions: dict[int, tuple[bytes, Session]] = {}

    def read(self, session_id: int, state: bytes) -> Session:
        """Return the session that `state` stands for."""
        known = self._sessions.get(session_id)
        return known[1] if known and known[0] == state else load(state)

    def write(self, session_id: int, session: Session) -> bytes:
        """Return how a session is stored, and keep it."""
        self._sessions.pop(session_id, None)  # moves to the end
        if len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        state = dump(session)
        self._sessions[session_id] = (state, session)
        return state
