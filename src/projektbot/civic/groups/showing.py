"""What dialogs about what a group decides show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from projektbot.civic.groups.decisions import has_left, waiting_for, words_for
from projektbot.civic.seen import Calculate, Provider, Seen
from projektbot.civic.teams.cards import short
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.texts import Text


def _words(house: Seen, _session: Session, answers: Answers) -> Value:
    return words_for(house.db, str(answers.get("decision", "")), house.person_id) or None


def _left(house: Seen, _session: Session, answers: Answers) -> Value:
    return has_left(house.db, str(answers.get("decision", "")), house.person_id) or None


def _votes(house: Seen, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    return [
        (str(number), Text("{it}", {"it": short(words)})) for number, words in waiting_for(house.db, house.person_id)
    ]


def _count_votes(house: Seen, _session: Session, _answers: Answers) -> Value:
    return len(waiting_for(house.db, house.person_id))


PROVIDERS: Mapping[str, Provider] = {"my_votes": _votes}
CALCULATES: Mapping[str, Calculate] = {
    "decision_words": _words,
    "decision_left": _left,
    "count_votes": _count_votes,
}
