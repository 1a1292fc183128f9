"""Judges what a bot left behind by the platform's own record and the bare database: never by the bot's word."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from tests.crash.ideas import DONE, Photo, Voice
from tests.crash.points import TELEGRAM
from tests.crash.record import Bare, Record
from tests.crash.residents import Chat, Resident, Told, bare

MOST_IN_DOUBT = 2  # of a chat: one in flight, and the one before it whose mark is on its way
REPEATABLE = {"receipt", "notice"}  # the classes of which Telegram may show one twice

Letter: TypeAlias = dict[str, Any]  # a row of the outbox

OUTBOX = """
    SELECT o.external_id, o.state, o.kind, o.body, o.attempts, o.error
    FROM outbox o JOIN addresses a ON a.id = o.address_id
    WHERE a.channel = ? AND a.chat = ? ORDER BY o.id
"""
PROJECTS = """
    SELECT p.* FROM projects p JOIN sessions s ON s.person_id = p.person_id JOIN addresses a ON a.session_id = s.id
    WHERE a.channel = ? AND a.chat = ?
"""
FILES = "SELECT sha256 FROM project_files WHERE project = ?"
SESSION = "SELECT s.state FROM sessions s JOIN addresses a ON a.session_id = s.id WHERE a.channel = ? AND a.chat = ?"


@dataclass(slots=True)
class Verdict:
    """What was found: `lost`, done `twice`, and anything else that is `wrong`; `doubled` counts harmless doubles."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    doubled: int = 0
    messages: int = 0
    answers: int = 0

    @property
    def faults(self) -> list[str]:
        """Return everything that must not be."""
        return self.lost + self.twice + self.wrong


@dataclass(slots=True)
class InDoubt:
    """Messages that were with the platform, and not noted as sent, when the bot died: only these may be seen twice.

    They are the last ones of their chat, sent in the life that has just ended: what an earlier life has sent was noted,
    or was in doubt, when that one ended.
    """

    ids: set[tuple[str, str]] = field(default_factory=set)  # chat and message
    most: int = 0  # in one chat at one death
    _earlier: set[tuple[str, str]] = field(default_factory=set)

    def note(self, record: Record, places: Iterable[Chat], unanswered: set[tuple[str, str]]) -> None:
        """Compare the two records between a death and the next start, without touching what the bot left.

        What was accepted without the bot being told (`unanswered`) is in doubt whoever dies.
        """
        with record.left_behind() as db:
            for place in places:
                noted = {row["external_id"] for row in letters_to(db, place)}
                told = [(place.chat, one.id) for one in place.told()]
                fresh = set(takewhile(lambda one: one[1] not in noted, reversed(told))) - self._earlier - unanswered  # noqa: B023
                self.ids |= fresh
                self.most = max(self.most, len(fresh))
                self._earlier.update(told)


def letters_to(db: Bare, place: Chat) -> list[Letter]:
    """Return the letters to a chat, with what they say, in the order in which they were written."""
    if not db.has_tables():
        return []  # it died before it had made the tables
    found = db.ask(OUTBOX, (place.platform, place.chat))
    return [{**row, "body": json.loads(row["body"])} for row in found]


# ---- the judgement -------------------------------------------------------------------------------------------------


def judge(folder: Path, record: Record, residents: Sequence[Resident], in_doubt: InDoubt) -> Verdict:
    """Compare what residents did and saw with what is stored, when nothing is on its way any more."""
    verdict = Verdict()
    with record.now() as db:
        _judge_tables(db, verdict)
        for resident in residents:
            _judge_projects(db, folder, resident, verdict)
            judge_inbox(db, resident.seat, verdict)
            _judge_letters(letters_to(db, resident.seat), resident, in_doubt, verdict)
            _judge_session(db, resident, verdict)
    _judge_references(residents, verdict)
    if in_doubt.most > MOST_IN_DOUBT:
        verdict.wrong.append(f"{in_doubt.most} messages in doubt in one chat at once")
    return verdict


def _judge_tables(db: Bare, verdict: Verdict) -> None:
    verdict.wrong += db.damage()
    for what, query in (
        ("inbox not handled", "SELECT key, state, error FROM inbox WHERE state <> 0"),
        ("inbox key twice", "SELECT channel, key FROM inbox GROUP BY channel, key HAVING count(*) > 1"),
        ("letter without end", "SELECT id, kind, state, error FROM outbox WHERE state NOT IN ('sent', 'unknown')"),
        ("reference twice", "SELECT number FROM projects GROUP BY number HAVING count(*) > 1"),
        ("draft left", "SELECT id, kind FROM due WHERE session_id NOT IN (SELECT id FROM sessions)"),
    ):
        verdict.wrong += [f"{what}: {tuple(row.values())}" for row in db.ask(query)]


def _judge_projects(db: Bare, folder: Path, resident: Resident, verdict: Verdict) -> None:
    chat = resident.seat.chat
    found = db.ask(PROJECTS, (resident.seat.platform, chat))
    if len(found) > 1:
        verdict.twice.append(f"{chat}: {len(found)} projects of one idea")
    if not found:
        verdict.lost.append(f"{chat}: the whole idea")
        return
    project = found[0]
    for name, given in resident.idea.row.items():
        if project[name] != given:
            verdict.lost.append(f"{chat}: {name} was {given!r} and is {project[name]!r}")
    files = [folder / "media" / row["sha256"][:2] / row["sha256"] for row in db.ask(FILES, (project["number"],))]
    if not _are_the_given(files, resident.idea.file):
        verdict.lost.append(f"{chat}: the file was {type(resident.idea.file).__name__} and is {files}")


def _are_the_given(files: list[Path], given: Photo | Voice | None) -> bool:
    try:
        match given, files:
            case None, []:
                return True
            case Voice(data), [path]:
                return path.read_bytes() == data
            case Photo(data), [path]:  # stored without its metadata, so not byte by byte
                with Image.open(path) as stored, Image.open(io.BytesIO(data)) as sent:
                    stored.load()
                    return stored.size == sent.size
    except OSError:  # missing, or half
        return False
    return False


def judge_inbox(db: Bare, place: Chat, verdict: Verdict) -> None:
    """Look for everything that was done: the platform's key of it must have been taken."""
    for key in place.keys:
        judge_key(db, place, key, verdict)


def judge_key(db: Bare, place: Chat, key: str, verdict: Verdict) -> None:
    """Look for one thing that was done."""
    verdict.answers += 1
    if not db.ask("SELECT 1 FROM inbox WHERE channel = ? AND key = ?", (place.platform, key)):
        verdict.lost.append(f"{place.chat}: {key} was never taken")


def _judge_letters(letters: list[Letter], resident: Resident, in_doubt: InDoubt, verdict: Verdict) -> None:
    chat = resident.seat.chat
    verdict.messages += len(letters)
    asked = [_asked(row["body"]["about"]) for row in letters if not _is_news(row)]
    if asked != resident.asked:
        again = sum((Counter(asked) - Counter(resident.asked)).values())
        (verdict.twice if again else verdict.wrong).append(f"{chat}: asked {asked} instead of {resident.asked}")
    judge_news(resident.seat, letters, resident.heard, verdict)
    verdict.wrong += [f"{chat}: a letter of class {row['kind']}" for row in letters if row["kind"] not in REPEATABLE]
    judge_told(letters, resident.seat, in_doubt, verdict)


def _asked(about: str) -> str:
    """Return the question a message asks: empty for a reminder, "-" if it asks nothing."""
    return about.partition("|")[2] if "|" in about else "-"


def _is_news(letter: Letter) -> bool:
    """Say whether a letter came of what others did; a reminder is about one's own."""
    return letter["kind"] == "notice" and not letter["body"]["about"]


def judge_news(place: Chat, letters: list[Letter], wanted: Sequence[str], verdict: Verdict) -> None:
    """Compare news with what must have been told, of each some words: each once, and nothing else."""
    news = [bare(words_of(row)) for row in letters if _is_news(row)]
    for words, times in Counter(wanted).items():
        found = sum(words in one for one in news)
        if found != times:
            kind = verdict.lost if found < times else verdict.twice
            kind.append(f"{place.chat}: {words!r} was told {found} times instead of {times}")
    if len(news) != len(wanted):
        verdict.wrong.append(f"{place.chat}: {len(news)} news instead of {len(wanted)}: {news}")


def judge_told(letters: list[Letter], place: Chat, in_doubt: InDoubt, verdict: Verdict) -> None:
    """Compare letters with what was told: more often only what was in doubt, and what was given up at least once."""
    told, noted = place.told(), {row["external_id"] for row in letters}
    doubles = [one for one in told if one.id not in noted]
    verdict.doubled += len(doubles)
    allowed = in_doubt.ids if place.platform == TELEGRAM else set()
    twice = {(place.chat, one.id) for one in doubles} - allowed
    verdict.twice += [f"{place.chat}: message {message} doubled" for _, message in twice]
    given_up = [row for row in letters if row["state"] == "unknown"]  # too often in doubt
    verdict.wrong += [f"{place.chat}: given up: {row['kind']}" for row in given_up if row["kind"] != "notice"]
    for row in given_up:
        words = words_of(row)
        if not any(as_written(one.words).startswith(words) for one in doubles):
            how = f"after {row['attempts']} attempts ({row['error']})"
            verdict.lost.append(f"{place.chat}: given up {how} and never said: {words}")
    sent = [row for row in letters if row not in given_up]
    _judge_order(sent, [one for one in told if one.id in noted], place, verdict)


def _judge_order(letters: list[Letter], told: list[Told], place: Chat, verdict: Verdict) -> None:
    """Compare what was written with what the platform gave out: the same messages, words and order.

    News come of other chats' turns, beside which this one's may be given: among the others they have no place.
    """
    said = {one.id: one for one in told}
    if missing := [words_of(row) for row in letters if row["external_id"] not in said]:
        verdict.lost.append(f"{place.chat}: never said: {missing}")
    own = {row["external_id"]: row for row in letters if not _is_news(row)}
    if list(own) != [one.id for one in told if one.id in own] or len(said) < len(told):
        verdict.wrong.append(f"{place.chat}: said in another order than written, or twice")
    for row in letters:
        if (one := said.get(row["external_id"])) and not as_written(one.words).startswith(words_of(row)):
            verdict.wrong.append(f"{place.chat}: {one.words!r} instead of {words_of(row)!r}")


def words_of(letter: Letter) -> str:
    """Return what a letter says: of a poll the question."""
    poll = letter["body"].get("poll")
    return as_written(poll["question"] if poll else "".join(part["text"] for part in letter["body"]["parts"]))


def as_written(words: str) -> str:
    """Return words without what platforms change: space, and the sign before commands (Matrix has !)."""
    return " ".join(words.replace("/", "!").split())


def _judge_session(db: Bare, resident: Resident, verdict: Verdict) -> None:
    for row in db.ask(SESSION, (resident.seat.platform, resident.seat.chat)):
        session = json.loads(row["state"])
        if session["frames"] or session["drafts"]:
            verdict.wrong.append(f"{resident.seat.chat}: something is still open")


def _judge_references(residents: Sequence[Resident], verdict: Verdict) -> None:
    """Look at the numbers people were told: no two may share one."""
    thanks = [(r.seat.chat, one.words) for r in residents for one in r.seat.told() if DONE in one.words]
    told = {(chat, word) for chat, words in thanks for word in _references(words)}
    for reference, count in Counter(word for _, word in told).items():
        if count > 1:
            verdict.twice.append(f"{reference} was told to {count} people")


def _references(words: str) -> Iterator[str]:
    return (word.strip(".,\u2068\u2069") for word in words.split() if word.lstrip("\u2068").startswith("P-"))
