"""The functions that dialogs name, gathered from the rooms."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson
from babel.core import Locale
from sqlalchemy import Column, Connection, select, update

from projektbot.civic import news, pictures, showing, similarity, talk
from projektbot.civic.ballots.queries import rounds_of_both
from projektbot.civic.ballots.tables import voters
from projektbot.civic.city import City
from projektbot.civic.deadlines import showing as deadline_showing
from projektbot.civic.deadlines.actions import (
    announce_deadline,
    move_deadline,
    remind_of,
    unite_reminders,
    withdraw_deadline,
)
from projektbot.civic.deadlines.rules import AnnounceOutcome, ChangeOutcome, RemindOutcome
from projektbot.civic.deadlines.tables import deadline_people, deadlines
from projektbot.civic.groups import showing as group_showing
from projektbot.civic.groups.asking import unite_answers
from projektbot.civic.groups.decisions import cast_vote, unite_voters
from projektbot.civic.groups.following import hear, merge_groups
from projektbot.civic.groups.queries import decisions_of_both
from projektbot.civic.groups.rules import CastOutcome
from projektbot.civic.groups.tables import decision_voters, group_answers, group_askers, tasks
from projektbot.civic.people.actions import HERE, STAY, link_chats, make_code, messenger, unlink_chat
from projektbot.civic.people.queries import chats_of
from projektbot.civic.people.rules import LinkOutcome, SetOutcome, UnlinkOutcome
from projektbot.civic.people.tables import news as kept_news
from projektbot.civic.people.tables import news_choices
from projektbot.civic.people.telling import choose_news, unite_choices
from projektbot.civic.projects.actions import submit_idea
from projektbot.civic.projects.alerts import add_alert, drop_alert, unite_alerts
from projektbot.civic.projects.caring import care, mute_project, support_instead, unite_cares
from projektbot.civic.projects.comments import delete_comment
from projektbot.civic.projects.meanings import Meanings
from projektbot.civic.projects.moderation import moderate
from projektbot.civic.projects.reports import settle_report
from projektbot.civic.projects.rules import (
    FIELDS,
    AlertOutcome,
    CareOutcome,
    DeleteOutcome,
    ModerateOutcome,
    MuteOutcome,
    ReplyOutcome,
    SayOutcome,
    SettleOutcome,
    SubmitOutcome,
)
from projektbot.civic.projects.tables import alerts, comments, project_people, projects, proposals, reports
from projektbot.civic.projects.talking import add_comment, reply_to_staff, report
from projektbot.civic.staff.actions import take_role, unite_grants
from projektbot.civic.staff.rules import TakeOutcome
from projektbot.civic.staff.tables import grants
from projektbot.civic.teams import showing as team_showing
from projektbot.civic.teams.actions import ACTIONS as TEAM_ACTIONS
from projektbot.civic.teams.tables import join_requests, members, offers
from projektbot.civic.teams.uniting import merge_teams, unite_members, unite_requests
from projektbot.civic.tx import Tx
from projektbot.dialog import drafts
from projektbot.dialog.book import Book
from projektbot.dialog.cleaning import key
from projektbot.dialog.engine import Result
from projektbot.dialog.house import ActionInfo, Known
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Frame, Session
from projektbot.records import record
from projektbot.store.tables import outbox
from projektbot.texts import N_, NN_, Own, Text

LINK = "link"  # the deep link that enters a code


def no_links(_start: str) -> Mapping[str, str]:
    """Return the links to us where nobody can follow any."""
    return {}


@record
class CityHouse:
    """The house as one person meets it in one turn."""

    db: Connection
    person_id: int
    city: City
    book: Book
    locales: tuple[str, ...]
    now: datetime
    zone: ZoneInfo
    address_id: int = 0
    links: Callable[[str], Mapping[str, str]] = no_links  # of our channels that can be reached by one, see World
    meanings: Meanings | None = None

    def options(self, provider: str, session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
        """Return the choices of a provider."""
        return PROVIDERS[provider](self, session, answers)

    def is_fixed(self, provider: str) -> bool:
        """Say whether a provider's choices are the same for everybody as long as the program runs."""
        return provider in FIXED

    def calculate(self, function: str, session: Session, answers: Answers) -> Value:
        """Return a worked-out value."""
        return CALCULATES[function](self, session, answers)

    def locate(self, function: str, lat: float, lon: float) -> str:
        """Return the choice a place belongs to."""
        return LOCATORS[function](self, lat, lon)

    def offered(self, words: str) -> str:
        """Return what the button carries on which these words stand, under the last notice; empty if there is none."""
        mine = (outbox.c.address_id == self.address_id) & (outbox.c.kind == "notice")
        body = self.db.scalar(select(outbox.c.body).where(mine).order_by(outbox.c.id.desc()).limit(1))
        choices = orjson.loads(body)["choices"] if body else []
        return next((choice["token"] for choice in choices if key(choice["label"]) == key(words)), "")


def _own(words: str) -> Text:
    return Text("{it}", {"it": Own(words)})


def _areas(house: CityHouse, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    return [(area.code, _own(area.name)) for area in house.city.areas]


def _fields(_house: CityHouse, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    return list(FIELDS.items())


def _languages(house: CityHouse, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    named = [(locale, Locale.parse(locale.replace("-", "_")).get_display_name() or locale) for locale in house.locales]
    return [(locale, _own(name[:1].upper() + name[1:])) for locale, name in named]


def _drafts(house: CityHouse, session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
    only = answers.get("of")
    found = [(frame.id, _draft_title(house.book, frame)) for frame in _kept(house, session, only)]
    return [*found, ("new", N_("Start a new one"))] if only else found


def _kept(house: CityHouse, session: Session, only: str | None) -> list[Frame]:
    kept = [frame for frame in session.drafts if frame.dialog in house.book.dialogs]
    return [frame for frame in reversed(kept) if only in (None, frame.dialog)]


def _draft_title(book: Book, frame: Frame) -> Text:
    return drafts.title_of(book.dialogs[frame.dialog], frame)


def _count_drafts(house: CityHouse, session: Session, _answers: Answers) -> Value:
    return len(_kept(house, session, None))


def _chats(house: CityHouse, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    others = [chat for chat in chats_of(house.db, house.person_id) if chat.address_id != house.address_id]
    named = [(str(chat.address_id), _named(chat.channel)) for chat in others]
    return [(HERE, N_("This chat")), *named, (STAY, N_("None, leave it as it is"))]


def _named(channel: str) -> Text:
    return N_("The other one: {messenger}", messenger=messenger(channel))


def _count_other_chats(house: CityHouse, _session: Session, _answers: Answers) -> Value:
    return len(chats_of(house.db, house.person_id)) - 1


def _link_on(channel: str) -> Callable[[CityHouse, Session, Answers], Value]:
    def link(house: CityHouse, _session: Session, answers: Answers) -> Value:
        """Return the link to us on a messenger on which this person is not yet; it carries the code if it can."""
        if channel in [chat.channel for chat in chats_of(house.db, house.person_id)]:
            return None
        found = house.links(f"{LINK}-{answers.get('code', '')}").get(channel)
        return Own(found) if found else None

    return link


def _in_minutes(_house: CityHouse, _session: Session, answers: Answers) -> Value:
    return NN_("in {n} minute", "in {n} minutes", answers.get("minutes", 0))


def _of_city(field: str) -> Callable[[CityHouse, Session, Answers], Value]:
    def value(house: CityHouse, _session: Session, _answers: Answers) -> Value:
        found = getattr(house.city, field)
        return Own(found) if isinstance(found, str) and found else found or None

    return value


PROVIDERS: Mapping[str, Callable[[CityHouse, Session, Answers], Sequence[tuple[str, Text]]]] = {
    "areas": _areas,
    "fields": _fields,
    "languages": _languages,
    "drafts": _drafts,
    "chats": _chats,
    **showing.PROVIDERS,
    **similarity.PROVIDERS,
    **news.PROVIDERS,
    **talk.PROVIDERS,
    **team_showing.PROVIDERS,
    **group_showing.PROVIDERS,
    **deadline_showing.PROVIDERS,
}
FIXED = frozenset({"areas", "fields", "languages", "sectors"})
CALCULATES: Mapping[str, Callable[[CityHouse, Session, Answers], Value]] = {
    "count_drafts": _count_drafts,
    "count_other_chats": _count_other_chats,
    "telegram_link": _link_on("telegram"),
    "matrix_link": _link_on("matrix"),
    "in_minutes": _in_minutes,
    "city_name": _of_city("name"),
    "city_operator": _of_city("operator"),
    "city_contact": _of_city("contact"),
    "city_privacy": _of_city("privacy_url"),
    "answer_days": _of_city("answer_days"),
    **showing.CALCULATES,
    **pictures.CALCULATES,
    **similarity.CALCULATES,
    **news.CALCULATES,
    **talk.CALCULATES,
    **team_showing.CALCULATES,
    **group_showing.CALCULATES,
    **deadline_showing.CALCULATES,
}
LOCATORS: Mapping[str, Callable[[CityHouse, float, float], str]] = {
    "area_at": lambda house, lat, lon: house.city.area_at(lat, lon),
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something a dialog may do: the function, what it may answer, and the facts it adds."""

    run: Callable[..., Result]
    outcomes: tuple[str, ...]
    facts: frozenset[str] = frozenset()

    def arguments(self) -> Mapping[str, inspect.Parameter]:
        """Return the answers it takes."""
        found = dict(inspect.signature(self.run).parameters)
        found.pop("tx")
        return found


ACTIONS: Mapping[str, Action] = {
    "submit_idea": Action(submit_idea, tuple(SubmitOutcome), frozenset({"ref"})),
    "make_code": Action(make_code, ("made",), frozenset({"code", "minutes"})),
    "link_chats": Action(link_chats, tuple(LinkOutcome), frozenset({"minutes"})),
    "unlink_chat": Action(unlink_chat, tuple(UnlinkOutcome)),
    "take_role": Action(take_role, tuple(TakeOutcome), frozenset({"minutes"})),
    "moderate": Action(moderate, tuple(ModerateOutcome)),
    "reply_to_staff": Action(reply_to_staff, tuple(ReplyOutcome)),
    "support_instead": Action(support_instead, (CareOutcome.SUPPORTED,)),
    "care": Action(care, tuple(CareOutcome)),
    "mute_project": Action(mute_project, tuple(MuteOutcome)),
    "add_comment": Action(add_comment, (SayOutcome.SAID, SayOutcome.TOO_MANY, SayOutcome.GONE)),
    "delete_comment": Action(delete_comment, tuple(DeleteOutcome)),
    "settle_report": Action(settle_report, tuple(SettleOutcome)),
    "report": Action(report, tuple(SayOutcome)),
    "cast_vote": Action(cast_vote, tuple(CastOutcome)),
    "add_alert": Action(add_alert, (AlertOutcome.ADDED, AlertOutcome.TOO_MANY)),
    "drop_alert": Action(drop_alert, (AlertOutcome.DROPPED,)),
    "announce_deadline": Action(announce_deadline, tuple(AnnounceOutcome), frozenset({"ref"})),
    "move_deadline": Action(move_deadline, tuple(ChangeOutcome)),
    "withdraw_deadline": Action(withdraw_deadline, tuple(ChangeOutcome)),
    "remind_of": Action(remind_of, tuple(RemindOutcome)),
    "choose_news": Action(choose_news, tuple(SetOutcome)),
    **{name: Action(run, outcomes, facts) for name, (run, outcomes, facts) in TEAM_ACTIONS.items()},
}
_ENGINE_ACTIONS = {
    "resume_draft": ActionInfo((), frozenset({"draft"}), frozenset({"of"}), frozenset()),
    "drop_this": ActionInfo((), frozenset(), frozenset(), frozenset()),
    "drop_draft": ActionInfo((), frozenset({"draft"}), frozenset(), frozenset()),
    "set_language": ActionInfo(("changed",), frozenset({"language"}), frozenset(), frozenset()),
}
_ARGUMENTS: dict[str, frozenset[str]] = {name: frozenset(action.arguments()) for name, action in ACTIONS.items()}


def act(tx: Tx, name: str, answers: Answers) -> Result:
    """Run an action with the answers it takes; rooms it knows nothing of follow what it came to."""
    takes = _ARGUMENTS[name]
    result = ACTIONS[name].run(tx, **{key: value for key, value in answers.items() if key in takes})
    for number, into in tx.merged:
        for go_along in ALONG:
            go_along(tx, number, into)
    for one in tx.happened:
        hear(tx, one.project, one.text)
    tx.merged.clear()
    tx.happened.clear()
    return result


# What rooms after that of projects do when one project goes on in another: none of the rooms before knows of them.
# In the order of the rooms: whose vote counts in the group is asked of the team.
ALONG: tuple[Callable[[Tx, int, int], None], ...] = (merge_teams, merge_groups)


# What belongs to a person and follows them when two turn out to be one. Not here: their session, which the road joins,
# and what a code needs.
BELONGINGS = (
    projects.c.person_id,
    comments.c.person_id,
    reports.c.person_id,
    proposals.c.person_id,
    tasks.c.person_id,
    group_askers.c.person_id,
    voters.c.person_id,
    kept_news.c.person_id,
    offers.c.person_id,
    deadlines.c.person_id,
)
# What each has once, and both may have: a support, a role.
SHARED: Mapping[Column[int], Callable[[Connection, int, int], None]] = {
    project_people.c.person_id: unite_cares,
    grants.c.person_id: unite_grants,
    group_answers.c.person_id: unite_answers,
    decision_voters.c.person_id: unite_voters,
    alerts.c.person_id: unite_alerts,
    news_choices.c.person_id: unite_choices,
    members.c.person_id: unite_members,
    join_requests.c.person_id: unite_requests,
    deadline_people.c.person_id: unite_reminders,
}


def at_odds(db: Connection, person_id: int, other_id: int) -> Text | None:
    """Return why two people cannot become one, or None. Whoever asks has locked both of their sessions."""
    if not rounds_of_both(db, person_id, other_id) and not decisions_of_both(db, person_id, other_id):
        return None
    return N_(
        "I cannot connect these two chats: a vote has come from each of them in the same round, and one person has one "
        "vote there. Both votes stay as they are, and so do the chats."
    )


def unite(db: Connection, person_id: int, into: int) -> None:
    """Hand over all that belongs to one person to another, who they turned out to be."""
    for owner in BELONGINGS:
        db.execute(update(owner.table).where(owner == person_id).values({owner: into}))
    for hand_over in SHARED.values():
        hand_over(db, person_id, into)


def known() -> Known:
    """Return the names dialogs may use, for the checker."""
    return Known(
        {name: _info(action) for name, action in ACTIONS.items()} | _ENGINE_ACTIONS,
        frozenset(PROVIDERS),
        frozenset(CALCULATES),
        frozenset(LOCATORS),
    )


def _info(action: Action) -> ActionInfo:
    arguments = action.arguments()
    required = frozenset(name for name, argument in arguments.items() if argument.default is inspect.Parameter.empty)
    return ActionInfo(action.outcomes, required, frozenset(arguments) - required, action.facts)
