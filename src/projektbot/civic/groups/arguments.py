"""What people write behind a command in a group, read: a task with a day, dates to choose from, a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from projektbot.dialog.dates import read_days
from projektbot.dialog.times import read_minutes
from projektbot.records import record

# As in the engine's own tables, what is English or German is understood in every language.
UNTIL: Final = re.compile(r"(?:^|[\s,;(])(?:until|till|by|bis(?:\s+zum)?)\s+(?P<day>[^\n;]+?)\)?\s*$", re.IGNORECASE)
WHO: Final = re.compile(r"(?<!\S)@[^\s,;]+")
ENDING: Final = re.compile(r"(?:end|close|ende|beenden|schließen)(?:\s+(?P<number>\d+))?", re.IGNORECASE)
PARTED: Final = re.compile(r"\s*[;\n|]\s*")


class UnclearError(Exception):
    """A day was written that is none, or may be two; carries the words."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


@record
class TaskWords:
    """A task as it was written."""

    words: str
    who: str
    until: date | None


def read_task(written: str, *, locale: str, today: date, quoted: str = "") -> TaskWords:
    """Read "Buy wood @ben until Friday"; where only who and when is written, the task is what is `quoted`.

    Raises UnclearError.
    """
    words, until = with_day(written, locale=locale, today=today)
    named = WHO.findall(words)
    bare = " ".join(WHO.sub(" ", words).split()) or " ".join(quoted.split())
    return TaskWords(bare or words, " ".join(named) if bare else "", until)


def only_names(words: str) -> bool:
    """Say whether nothing but who is to do it was written."""
    return not WHO.sub(" ", words).strip()


def with_day(written: str, *, locale: str, today: date) -> tuple[str, date | None]:
    """Take "until Friday" from the end of what was written; raises UnclearError where that is no day.

    "Wait until it is dry" names no day: without a figure it is taken as words.
    """
    found = UNTIL.search(written)
    if not found:
        return written.strip(), None
    days = set(read_days(found["day"], locale=locale, today=today, past=False))
    if len(days) == 1 and (day := days.pop()) >= today:
        return written[: found.start()].strip(" ,;("), day
    if days or any(char.isdigit() for char in found["day"]):
        raise UnclearError(found["day"])
    return written.strip(), None


def read_meeting(written: str, *, locale: str, now: datetime) -> tuple[str, list[datetime]]:
    """Read "Planning; Friday 18:00; 24.12. 17:30" as a title and local times; raises UnclearError.

    `now` is local. Without a title the first part is a date as well, and the title empty.
    """
    parts = [part for part in PARTED.split(written.strip()) if part]
    if not parts:
        return "", []
    first = read_moment(parts[0], locale=locale, now=now)
    title = "" if first else parts[0]
    moments = [first] if first else []
    for part in parts[1:]:
        moment = read_moment(part, locale=locale, now=now)
        if moment is None:
            raise UnclearError(part)
        moments.append(moment)
    return title, list(dict.fromkeys(moments))


def read_moment(written: str, *, locale: str, now: datetime) -> datetime | None:
    """Read a day and a time behind it, still to come and in local time; None if it is none, or may be two."""
    words = written.split()
    found: set[datetime] = set()
    for cut in range(1, len(words)):
        day = " ".join(words[:cut]).rstrip(",")
        hour = " ".join(words[cut:])
        minutes = read_minutes(hour, locale=locale)
        if minutes is None or not re.search(r"\d\s*[:.hH]\s*\d|\d\s*(?:uhr|am|pm|h)\b|^\D+$", hour, re.IGNORECASE):
            continue
        for one in read_days(day, locale=locale, today=now.date(), past=False):
            found.add(_on_the_clock(datetime.combine(one, time(), now.tzinfo) + timedelta(minutes=minutes)))
    moments = {moment for moment in found if moment > now}
    return moments.pop() if len(moments) == 1 else None


def _on_the_clock(moment: datetime) -> datetime:
    """Return a local time as clocks show it: in the night in March, half past two is half past three."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)


def poll_to_end(written: str) -> str | None:
    """Return the number behind "end", empty if there is none; None if it is a question and no poll is to end."""
    found = ENDING.fullmatch(written.strip())
    return (found["number"] or "") if found else None


def read_question(written: str) -> tuple[str, Sequence[str]]:
    """Read "Which colour? ; red ; blue" as a question and its choices, which may be none."""
    question, *choices = PARTED.split(written.strip())
    return question, list(dict.fromkeys(filter(None, choices)))
