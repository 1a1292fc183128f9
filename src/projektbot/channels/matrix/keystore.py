"""Keys on disk: our device's, the ones to rooms that others gave us, and who has which devices. One file, one device.

Secrets in it are as safe as the file is: readable by us alone, and a matter of the disk beyond that.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SESSIONS: Final = 8  # with one device; a stranger could make one with each message, and only the latest are of use
NEVER_ASKED: Final = -1

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS own (
  user TEXT NOT NULL, device TEXT NOT NULL, account TEXT NOT NULL, published INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS session (
  curve TEXT, id TEXT, pickle TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (curve, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS room_key (
  number INTEGER PRIMARY KEY, room TEXT, id TEXT, sender TEXT, pickle TEXT NOT NULL, UNIQUE (room, id, sender));
CREATE TABLE IF NOT EXISTS opened (
  room_key INTEGER, number INTEGER, event BLOB NOT NULL, PRIMARY KEY (room_key, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS person (
  user TEXT PRIMARY KEY, changes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS device (
  user TEXT, id TEXT, curve TEXT NOT NULL, ed25519 TEXT NOT NULL, gone INTEGER NOT NULL,
  PRIMARY KEY (user, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS encrypted_room (
  room TEXT PRIMARY KEY, messages INTEGER NOT NULL, seconds INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS handled (digest BLOB PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Device:
    """Somebody's device, as it has signed itself. Keys are unpadded base64."""

    user: str
    id: str
    curve: str
    ed25519: str


class KeyStore:
    """The file, and everything that is asked of it. What belongs together is written in one `changing`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # before anything is in it; SQLite's others follow it
        self._db = sqlite3.connect(path, isolation_level=None)
        self._changing = False
        self.news = 0  # counts whatever may change what we know of people's devices, since we opened it
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        with self.changing():
            for statement in SCHEMA.split(";"):
                self._db.execute(statement)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Write what the block writes together, or nothing of it; a block within a block belongs to the outer one."""
        if self._changing:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        self._changing = True
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        finally:
            self._changing = False

    @contextmanager
    def noting(self) -> Iterator[None]:
        """As `changing`, for what need only survive our end and not the machine's: nobody waits for the disk.

        A power cut may undo it, and with it at most that a replayed message is known as one.
        """
        self._db.execute("PRAGMA synchronous = NORMAL")
        try:
            with self.changing():
                yield
        finally:
            self._db.execute("PRAGMA synchronous = FULL")

    # ---- our device ------------------------------------------------------------------------------------------------

    def owner(self) -> tuple[str, str]:
        """Return whose keys these are: user and device; empty if nobody's yet."""
        row = self._db.execute("SELECT user, device FROM own").fetchone()
        return (row[0], row[1]) if row else ("", "")

    def begin(self, user: str, device: str, account: str) -> None:
        """Begin as a new device. What earlier devices of the same user could read can be read on."""
        with self.changing():
            self._db.execute("DELETE FROM own")
            self._db.execute("DELETE FROM session")
            self._db.execute("DELETE FROM handled")
            self._db.execute("INSERT INTO own VALUES (?, ?, ?, 0)", (user, device, account))

    def account(self) -> str:
        return str(self._db.execute("SELECT account FROM own").fetchone()[0])

    def save_account(self, account: str) -> None:
        self._db.execute("UPDATE own SET account = ?", (account,))

    def is_published(self) -> bool:
        return bool(self._db.execute("SELECT published FROM own").fetchone()[0])

    def mark_published(self) -> None:
        self._db.execute("UPDATE own SET published = 1")

    # ---- sessions with devices -------------------------------------------------------------------------------------

    def sessions(self, curve: str) -> list[str]:
        """Return the sessions with a device, the one used last first."""
        rows = self._db.execute("SELECT pickle FROM session WHERE curve = ? ORDER BY used DESC", (curve,))
        return [row[0] for row in rows]

    def has_session(self, curve: str) -> bool:
        return self._db.execute("SELECT 1 FROM session WHERE curve = ? LIMIT 1", (curve,)).fetchone() is not None

    def save_session(self, curve: str, session: str, pickle: str) -> None:
        (used,) = self._db.execute(
            "SELECT coalesce(max(used), 0) + 1 FROM session WHERE curve = ?", (curve,)
        ).fetchone()
        self._db.execute("INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?)", (curve, session, pickle, used))
        self._db.execute(
            "DELETE FROM session WHERE curve = :curve AND id NOT IN"
            " (SELECT id FROM session WHERE curve = :curve ORDER BY used DESC LIMIT :most)",
            {"curve": curve, "most": SESSIONS},
        )

    def is_handled(self, digest: bytes) -> bool:
        return self._db.execute("SELECT 1 FROM handled WHERE digest = ?", (digest,)).fetchone() is not None

    def mark_handled(self, digests: Iterable[bytes]) -> None:
        """Remember the events of the latest batch; earlier ones are not delivered again."""
        self._db.execute("DELETE FROM handled")
        self._db.executemany("INSERT OR IGNORE INTO handled VALUES (?)", [(digest,) for digest in digests])

    # ---- keys to rooms ---------------------------------------------------------------------------------------------

    def room_key(self, room: str, session: str, sender: str) -> tuple[int, str] | None:
        """Return the key by which somebody encrypts in a room, and our number for it."""
        found: tuple[int, str] | None = self._db.execute(
            "SELECT number, pickle FROM room_key WHERE room = ? AND id = ? AND sender = ?", (room, session, sender)
        ).fetchone()
        return found

    def save_room_key(self, room: str, session: str, sender: str, pickle: str) -> None:
        self._db.execute(
            "INSERT INTO room_key (room, id, sender, pickle) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (room, id, sender) DO UPDATE SET pickle = excluded.pickle",
            (room, session, sender, pickle),
        )

    def note_opened(self, key: int, number: int, event: str) -> bool:
        """Note which event the message of a number was; False if it was another one before."""
        digest = hashlib.sha256(event.encode()).digest()[:16]  # there is one for each message, for ever
        (noted,) = self._db.execute(
            "INSERT INTO opened VALUES (?, ?, ?) ON CONFLICT (room_key, number) DO UPDATE SET event = opened.event"
            " RETURNING event",
            (key, number, digest),
        ).fetchone()
        return bool(noted == digest)

    # ---- rooms -----------------------------------------------------------------------------------------------------

    def rotation(self, room: str) -> tuple[int, int] | None:
        """Return after how many messages and seconds an encrypted room wants another key; None: not known as such."""
        row = self._db.execute("SELECT messages, seconds FROM encrypted_room WHERE room = ?", (room,)).fetchone()
        return (row[0], row[1]) if row else None

    def save_rotation(self, room: str, messages: int, seconds: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO encrypted_room VALUES (?, ?, ?)", (room, messages, seconds))

    # ---- people's devices ------------------------------------------------------------------------------------------

    def unknown(self, users: Iterable[str]) -> dict[str, int]:
        """Return those of whose devices we know nothing, or nothing new, with the number of changes we were told of."""
        return {user: changes for user in users if (changes := self._changes(user))}

    def _changes(self, user: str) -> int:
        row = self._db.execute("SELECT changes FROM person WHERE user = ?", (user,)).fetchone()
        return int(row[0]) if row else NEVER_ASKED

    def mark_changed(self, users: Iterable[str]) -> None:
        """Remember to ask for somebody's devices before they are used again."""
        self.news += 1
        self._db.executemany(
            "INSERT INTO person VALUES (?, 1) ON CONFLICT (user) DO UPDATE SET changes = changes + 1",
            [(user,) for user in users],
        )

    def mark_all_changed(self) -> None:
        self.news += 1
        self._db.execute("UPDATE person SET changes = changes + 1")

    def devices(self, user: str) -> list[Device]:
        rows = self._db.execute("SELECT user, id, curve, ed25519 FROM device WHERE user = ? AND NOT gone", (user,))
        return [Device(*row) for row in rows]

    def device_of(self, user: str, curve: str) -> Device | None:
        return next((device for device in self.devices(user) if device.curve == curve), None)

    def save_devices(self, user: str, devices: Iterable[Device], changes: int) -> None:
        """Replace what we know of somebody's devices, as asked when so many `changes` were known.

        An id that signs with another key than before is not believed.
        """
        self.news += 1
        known = dict(self._db.execute("SELECT id, ed25519 FROM device WHERE user = ?", (user,)).fetchall())
        good = [device for device in devices if known.get(device.id, device.ed25519) == device.ed25519]
        with self.changing():
            self._db.execute("UPDATE device SET gone = 1 WHERE user = ?", (user,))
            self._db.executemany(
                "INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?, 0)",
                [(device.user, device.id, device.curve, device.ed25519) for device in good],
            )
            if self._changes(user) in {changes, NEVER_ASKED}:  # else there is news since we asked
                self._db.execute("INSERT OR REPLACE INTO person VALUES (?, 0)", (user,))
