"""What dialogs about being told news show: somebody's alerts, and how they want to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from projektbot.civic import cards
from projektbot.civic.city import City
from projektbot.civic.people.rules import NIGHTS, Nights, Pace
from projektbot.civic.people.telling import choices_of
from projektbot.civic.projects.alerts import AlertRow, alerts_of
from projektbot.civic.projects.rules import FIELDS
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


PROVIDERS: Mapping[str, Provider] = {"alerts": _alerts}
CALCULATES: Mapping[str, Calculate] = {"count_alerts": _count_alerts, "news_choices": _choices}
