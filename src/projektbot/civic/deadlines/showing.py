"""What dialogs about deadlines show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from projektbot.civic import cards as civic_cards
from projektbot.civic.deadlines import cards
from projektbot.civic.deadlines.queries import DeadlineRow, coming, deadline, wants_reminder
from projektbot.civic.deadlines.rules import WHOLE_CITY, Reminding, number_of, reference, reminders
from projektbot.civic.seen import Calculate, Provider, Seen
from projektbot.civic.staff.queries import areas_for
from projektbot.civic.staff.rules import Duty
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.instants import micros, moment
from projektbot.texts import N_, Own, Text


def _deadlines(house: Seen, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    rows = coming(house.db, micros(house.now))
    found = [(reference(row.number), cards.on_button(row, house.zone)) for row in rows]
    return [*found, ("new", N_("Enter a deadline"))] if _areas_of_staff(house) != frozenset() else found


def _count(house: Seen, session: Session, answers: Answers) -> Value:
    return len(_deadlines(house, session, answers))


def _areas_of_staff(house: Seen) -> frozenset[str] | None:
    return areas_for(house.db, house.person_id, Duty.SET_DEADLINES)


def _areas(house: Seen, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    mine = _areas_of_staff(house)
    named = [
        (area.code, Text("{it}", {"it": Own(area.name)}))
        for area in house.city.areas
        if mine is None or area.code in mine
    ]
    return [(WHOLE_CITY, N_("The whole city")), *named] if mine is None else named


def _asked(house: Seen, answers: Answers) -> DeadlineRow | None:
    return deadline(house.db, number_of(str(answers.get("deadline", ""))))


def _card(house: Seen, _session: Session, answers: Answers) -> Value:
    found = _asked(house, answers)
    return civic_cards.lines(*cards.card(found, house.city, house.now, house.zone)) if found else None


def _acts(house: Seen, _session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
    acts = [("list", N_("All deadlines")), ("done", N_("That is all"))]
    found = _asked(house, answers)
    if found is None or found.withdrawn_at is not None or found.ends_at < micros(house.now):
        return acts
    if (mine := _areas_of_staff(house)) is None or found.area in mine:
        acts[:0] = [("move", N_("Move it")), ("withdraw", N_("Withdraw it"))]
    if wants_reminder(house.db, found.number, house.person_id):
        return [(Reminding.FORGET, N_("Remind me no longer")), *acts]
    return [(Reminding.REMIND, N_("Remind me")), *acts]


def _to_come(house: Seen, found: DeadlineRow) -> tuple[Text, ...]:
    times = reminders(moment(found.ends_at), house.now, house.zone)
    return tuple(Text("{day}", {"day": at.date()}) for _, at in times)


def _reminded(house: Seen, _session: Session, answers: Answers) -> Value:
    found = _asked(house, answers)
    days = _to_come(house, found) if found else ()
    return Text("{days}", {"days": days}) if days else None


PROVIDERS: Mapping[str, Provider] = {
    "deadlines": _deadlines,
    "deadline_areas": _areas,
    "deadline_acts": _acts,
}
CALCULATES: Mapping[str, Calculate] = {
    "count_deadlines": _count,
    "deadline_card": _card,
    "reminded_on": _reminded,
}
