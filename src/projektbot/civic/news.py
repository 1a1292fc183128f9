"""What dialogs about being told news show: somebody's alerts, what they follow, and how they want to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from projektbot.civic import cards
from projektbot.civic.city import City
from projektbot.civic.people.rules import NIGHTS, Nights, Pace, about
from projektbot.civic.people.telling import choices_of
from projektbot.civic.projects.alerts import AlertRow, alerts_of
from projektbot.civic.projects.caring import MUTE, UNMUTE
from projektbot.civic.projects.queries import ProjectRow, followed_by, public_project
from projektbot.civic.projects.rules import FIELDS, Care, reference
from projektbot.civic.seen import Calculate, Provider, Seen
from projektbot.civic.tx import Topic
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.texts import N_, Own, Text

TOPICS: Mapping[str, Text] = {
    Topic.FOLLOW: N_("News of projects I care about"),
    Topic.COMMENT: N_("What others say about them"),
    Topic.ALERT: N_("New projects I asked for"),
}
PACES: Mapping[str, Text] = {
    Pace.AT_ONCE: N_("at once"),
    Pace.DAILY: N_("once a day"),
    Pace.WEEKLY: N_("once a week"),
    Pace.NEVER: N_("not at all"),
}


def _alerts(house: Seen, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    mine = [(str(alert.id), _named(alert, house.city)) for alert in alerts_of(house.db, house.person_id)]
    return [*mine, ("new", N_("Add one")), ("done", N_("That is all"))]


def _named(alert: AlertRow, city: City) -> Text:
    areas = {area.code: area.name for area in city.areas}
    area, field = Own(areas.get(alert.area, alert.area)), FIELDS.get(alert.field, FIELDS["other"])
    match bool(alert.area), bool(alert.field):
        case True, True:
            return N_("{field}, {area}", field=field, area=area)
        case True, False:
            return N_("Everything in {area}", area=area)
        case False, True:
            return N_("{field}, everywhere", field=field)
        case _:
            return N_("Every new project")


def _count_alerts(house: Seen, _session: Session, _answers: Answers) -> Value:
    return len(alerts_of(house.db, house.person_id))


def _choices(house: Seen, _session: Session, _answers: Answers) -> Value:
    """Return how somebody is told of each topic, and whether at night."""
    chosen = choices_of(house.db, [house.person_id]).get(house.person_id, {})
    paces = [(text, PACES[chosen.get(topic, Pace.AT_ONCE)]) for topic, text in TOPICS.items()]
    told = [N_("{topic}: {pace}", topic=topic, pace=pace) for topic, pace in paces]
    nights = (
        N_("At night: I am silent from 9 pm to 8 am")
        if chosen.get(NIGHTS) != Nights.ALL
        else N_("At night: I tell you at once")
    )
    return cards.lines(*told, nights)


# ---- projects one follows --------------------------------------------------------------------------------------------

MOST = 100  # in one list


def _silent(house: Seen) -> Mapping[str, str]:
    return choices_of(house.db, [house.person_id]).get(house.person_id, {})


def _followed(house: Seen, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    silent = _silent(house)
    rows = followed_by(house.db, house.person_id, MOST)
    named = [(row, cards.on_button(row)) for row in rows]
    return [
        (reference(row.number), N_("{project} (muted)", project=name) if about(row.number) in silent else name)
        for row, name in named
    ]


def _count_followed(house: Seen, _session: Session, _answers: Answers) -> Value:
    return len(followed_by(house.db, house.person_id, MOST))


def _shown(house: Seen, answers: Answers) -> ProjectRow | None:
    return public_project(house.db, str(answers.get("ref", "")))


def _followed_card(house: Seen, _session: Session, answers: Answers) -> Value:
    found = _shown(house, answers)
    if found is None:
        return None
    muted = N_("You hear nothing of it at the moment.") if about(found.number) in _silent(house) else None
    return cards.lines(cards.status(house.db, found), muted)


def _follow_acts(house: Seen, _session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
    found = _shown(house, answers)
    if found is None:
        return []
    muted = about(found.number) in _silent(house)
    return [
        ("open", N_("Look at it")),
        (UNMUTE, N_("Tell me of it again")) if muted else (MUTE, N_("Tell me nothing of it for now")),
        (Care.UNFOLLOW, N_("Follow it no longer")),
        ("back", N_("Back to the list")),
    ]


PROVIDERS: Mapping[str, Provider] = {
    "alerts": _alerts,
    "followed_projects": _followed,
    "follow_acts": _follow_acts,
}
CALCULATES: Mapping[str, Calculate] = {
    "count_alerts": _count_alerts,
    "news_choices": _choices,
    "count_followed": _count_followed,
    "followed_card": _followed_card,
}
