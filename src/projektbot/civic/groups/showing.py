"""What dialogs about what a group decides show."""

from __future__ import annotations

from collections.abc import Mapping

from projektbot.civic.groups.decisions import has_left, words_for
from projektbot.civic.showing import Calculate, Seen
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session


def _words(house: Seen, _session: Session, answers: Answers) -> Value:
    return words_for(house.db, str(answers.get("decision", "")), house.person_id) or None


def _left(house: Seen, _session: Session, answers: Answers) -> Value:
    return has_left(house.db, str(answers.get("decision", "")), house.person_id) or None


CALCULATES: Mapping[str, Calculate] = {"decision_words": _words, "decision_left": _left}
