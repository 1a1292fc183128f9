"""What dialogs about teams show: choices from the store, and values worked out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from projektbot.civic.cards import on_button, titled
from projektbot.civic.people.rules import LENGTH, bare
from projektbot.civic.projects.queries import ProjectRow, project, where_it_went
from projektbot.civic.projects.rules import PUBLIC, Stage, number_of, reference, row_named
from projektbot.civic.seen import Calculate, Provider, Seen
from projektbot.civic.teams import cards
from projektbot.civic.teams.exchange_queries import Sides, match_by, offers_of, open_matches, sides
from projektbot.civic.teams.queries import (
    MemberRow,
    RequestRow,
    invitations_of,
    lead_offer,
    open_requests,
    partners_of,
    removal,
    request_by,
    request_of,
    role_of,
    seats_of,
    team_of,
    teams_of,
)
from projektbot.civic.teams.rules import IN_TEAM, SECTORS, Act, RequestState, Role, bar, is_full
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.instants import micros
from projektbot.texts import N_, NN_, Own, Text

Choices = Sequence[tuple[str, Text]]
BACK = ("back", N_("Back to the team"))


class View(NamedTuple):
    """A team, and what the one who looks at it is there."""

    project: ProjectRow
    role: Role

    @property
    def public(self) -> bool:
        """Say whether everybody may see the project."""
        return Stage(self.project.stage) in PUBLIC

    def may(self, act: Act) -> bool:
        """Say whether whoever looks may do this."""
        return bar(act, self.role, public=self.public) is None


def _view(house: Seen, answers: Answers) -> View | None:
    found = where_it_went(house.db, number_of(str(answers.get("ref", ""))))
    if found is None:
        return None
    view = View(found, role_of(house.db, found, house.person_id))
    return view if view.public or view.role in IN_TEAM else None


def _for(act: Act, show: Callable[[Seen, View, Answers], Value]) -> Calculate:
    """Return a calculate that shows something of a team to whoever may do this there, and nothing to anybody else."""

    def calculate(house: Seen, _session: Session, answers: Answers) -> Value:
        view = _view(house, answers)
        return show(house, view, answers) if view and view.may(act) else None

    return calculate


def _choices(act: Act, offer: Callable[[Seen, View, Answers], Choices]) -> Provider:
    """Return choices for whoever may do this in a team."""

    def choices(house: Seen, _session: Session, answers: Answers) -> Choices:
        view = _view(house, answers)
        return offer(house, view, answers) if view and view.may(act) else []

    return choices


# ---- the team --------------------------------------------------------------------------------------------------------


def _card(house: Seen, _session: Session, answers: Answers) -> Value:
    view = _view(house, answers)
    if view is None:
        return None
    return cards.team_card(house.db, *view) if view.role in IN_TEAM else cards.public_card(house.db, view.project)


def _title(house: Seen, _session: Session, answers: Answers) -> Value:
    view = _view(house, answers)
    return titled(view.project) if view else None


def _removed(house: Seen, _session: Session, answers: Answers) -> Value:
    view = _view(house, answers)
    reason = removal(house.db, view.project.number, house.person_id) if view else None
    return None if reason is None else cards.removed_card(reason)


def _acts(house: Seen, _session: Session, answers: Answers) -> Choices:
    view = _view(house, answers)
    if view is None:
        return []
    wanted = [*(_outside(house, view) if view.role not in IN_TEAM else _inside(house, view))]
    project = [("project", N_("See the project"))] if view.public else []
    return [*wanted, *project, ("done", N_("That is all"))]


def _outside(house: Seen, view: View) -> Choices:
    mine = request_of(house.db, view.project.number, house.person_id)
    if mine and mine.state == RequestState.OPEN:
        return [("request", N_("See my request"))]
    return [("ask", N_("Ask to join"))]


def _inside(house: Seen, view: View) -> Choices:
    """Return what somebody may do in their team, the most urgent first."""
    number = view.project.number
    waiting = len(open_requests(house.db, number))
    fitting = len(open_matches(house.db, number))
    offered = _lead_offer(house, view, {}) is not None
    possible: list[tuple[Act, bool, str, Text]] = [
        (Act.ANSWER_LEAD, offered, "lead", N_("Answer whether I will lead")),
        (Act.SETTLE, waiting > 0, "requests", NN_("Answer {n} request", "Answer {n} requests", waiting)),
        (Act.EXCHANGE, fitting > 0, "matches", N_("See what fits ours elsewhere")),
        (Act.CHANGE, True, "people", N_("People of the team")),
        (Act.INVITE, True, "invite", N_("Invite by a link")),
        (Act.SEATS, True, "seats", N_("Size of the team")),
        (Act.PARTNERS, True, "partners", N_("Partners")),
        (Act.EXCHANGE, True, "offers", N_("What we have and need")),
        (Act.INTRODUCE, True, "introduce", N_("What I am called here")),
        (Act.LEAVE, True, "leave", N_("Leave the team")),
    ]
    return [(name, label) for act, there, name, label in possible if there and view.may(act)]


def _my_teams(house: Seen, _session: Session, _answers: Answers) -> Choices:
    found = [project(house.db, number) for number in teams_of(house.db, house.person_id)]
    return [(reference(row.number), on_button(row)) for row in found if row]


def _count_my_teams(house: Seen, _session: Session, _answers: Answers) -> Value:
    return len(teams_of(house.db, house.person_id))


def _sectors(_house: Seen, _session: Session, _answers: Answers) -> Choices:
    return [(sector.value, text) for sector, text in SECTORS.items()]


# ---- joining ---------------------------------------------------------------------------------------------------------


def _code_meant(_house: Seen, _session: Session, answers: Answers) -> Value:
    """Return what somebody gave as a project, if it is the code of an invitation: those have letters."""
    words = str(answers.get("ref", ""))
    return words if number_of(words) is None and len(bare(words)) == LENGTH else None


def _standing(house: Seen, _session: Session, answers: Answers) -> Value:
    """Return how somebody stands to a team they might ask: in, asked, full, free; nothing if it is not public."""
    view = _view(house, answers)
    if view is None or not view.public:
        return None
    if view.role in IN_TEAM:
        return "in"
    mine = request_of(house.db, view.project.number, house.person_id)
    if mine and mine.state == RequestState.OPEN:
        return "asked"
    roles = [row.role for row in team_of(house.db, view.project)]
    return "full" if is_full(roles, seats_of(house.db, view.project.number)) else "free"


def _my_request(house: Seen, view: View, _answers: Answers) -> Value:
    mine = request_of(house.db, view.project.number, house.person_id)
    return cards.request_card(mine, view.project) if mine and mine.state == RequestState.OPEN else None


def _requests(house: Seen, view: View, _answers: Answers) -> Choices:
    rows = open_requests(house.db, view.project.number)
    return [*[(str(row.id), Text("{it}", {"it": cards.short(row.name)})) for row in rows], BACK]


def _asked(house: Seen, answers: Answers) -> tuple[RequestRow, ProjectRow] | None:
    """Return a request that whoever looks may answer, or might have."""
    row = request_by(house.db, row_named(str(answers.get("request", ""))))
    found = project(house.db, row.project) if row else None
    if row is None or found is None or role_of(house.db, found, house.person_id) is not Role.LEAD:
        return None
    return row, found


def _request_card(house: Seen, _session: Session, answers: Answers) -> Value:
    asked = _asked(house, answers)
    # once it is settled only who it was: what they wrote was meant for an answer
    return cards.request_card(*asked) if asked and asked[0].state == RequestState.OPEN else None


def _request_state(house: Seen, _session: Session, answers: Answers) -> Value:
    asked = _asked(house, answers)
    return asked[0].state if asked else None


def _request_name(house: Seen, _session: Session, answers: Answers) -> Value:
    asked = _asked(house, answers)
    return asked[0].name if asked else None


def _request_ref(house: Seen, _session: Session, answers: Answers) -> Value:
    asked = _asked(house, answers)
    return reference(asked[1].number) if asked else None


def _invitations(house: Seen, view: View, _answers: Answers) -> Choices:
    rows = invitations_of(house.db, view.project.number, micros(house.now))
    good = [(str(row.id), cards.invitation_label(row, house.zone)) for row in rows]
    return [("new", N_("Make a new link")), *good, BACK]


def _link_on(channel: str) -> Calculate:
    def link(house: Seen, _session: Session, answers: Answers) -> Value:
        """Return the link by which others come into the team on a messenger."""
        found = house.links(f"join-{answers.get('code', '')}").get(channel)
        return Own(found) if found else None

    return link


# ---- its people ------------------------------------------------------------------------------------------------------


def _others(house: Seen, view: View) -> list[MemberRow]:
    return [row for row in team_of(house.db, view.project) if row.person_id != house.person_id]


def _people(house: Seen, view: View, _answers: Answers) -> Choices:
    return [*[(str(row.id), Text("{it}", {"it": cards.short(row.name)}) if row.name else cards.NAMELESS)
              for row in _others(house, view)], BACK]  # fmt: skip


def _count_others(house: Seen, view: View, _answers: Answers) -> Value:
    return len(_others(house, view))


def _other(house: Seen, view: View, answers: Answers) -> MemberRow | None:
    wanted = row_named(str(answers.get("member", "")))
    return next((row for row in _others(house, view) if row.id == wanted), None)


def _member_card(house: Seen, view: View, answers: Answers) -> Value:
    row = _other(house, view, answers)
    return cards.member_line(row) if row else None


def _member_acts(house: Seen, view: View, answers: Answers) -> Choices:
    row = _other(house, view, answers)
    if row is None:
        return [BACK]
    steps = {
        Role.MEMBER: [("guest", N_("Make them a guest"))],
        Role.GUEST: [("member", N_("Make them a member"))],
    }.get(row.role, [])
    if row.role is not Role.LEAD:
        steps = [*steps, ("lead", N_("Ask them to lead")), ("remove", N_("Take them out of the team"))]
    return [*steps, ("sector", N_("Correct where they come from")), BACK]


def _lead_offer(house: Seen, view: View, _answers: Answers) -> Value:
    team = team_of(house.db, view.project)
    me = next((row for row in team if row.person_id == house.person_id), None)
    offer = lead_offer(house.db, me.id) if me else None
    by = next((row for row in team if offer and row.id == offer.by and row.role is Role.LEAD), None)
    return cards.lead_card(offer, by, view.project) if offer and by else None


# ---- partners, and what teams have and need --------------------------------------------------------------------------


def _partners(house: Seen, view: View, _answers: Answers) -> Choices:
    rows = partners_of(house.db, view.project.number)
    named = [(str(row.id), Text("{it}", {"it": cards.short(row.name)})) for row in rows]
    return [("new", N_("Add a partner")), *named, BACK]


def _offers(house: Seen, view: View, _answers: Answers) -> Choices:
    rows = offers_of(house.db, view.project.number)
    named = [(str(row.id), cards.offer_line(row._replace(what=cards.short(row.what), when=None))) for row in rows]
    return [("has", N_("We have something for others")), ("needs", N_("We need something")), *named, BACK]


def _matches(house: Seen, view: View, _answers: Answers) -> Choices:
    rows = open_matches(house.db, view.project.number)
    return [*[(str(row.match.id), Text("{it}", {"it": cards.short(row.theirs.what)})) for row in rows], BACK]


def _count_matches(house: Seen, view: View, _answers: Answers) -> Value:
    return len(open_matches(house.db, view.project.number))


def _match(house: Seen, view: View, answers: Answers) -> Sides | None:
    found = match_by(house.db, row_named(str(answers.get("match", ""))))
    return sides(house.db, found, view.project.number) if found else None


def _match_card(house: Seen, view: View, answers: Answers) -> Value:
    seen = _match(house, view, answers)
    return cards.match_card(seen) if seen else None


PROVIDERS: Mapping[str, Provider] = {
    "sectors": _sectors,
    "team_acts": _acts,
    "my_teams": _my_teams,
    "team_requests": _choices(Act.SETTLE, _requests),
    "team_invitations": _choices(Act.INVITE, _invitations),
    "team_people": _choices(Act.CHANGE, _people),
    "member_acts": _choices(Act.CHANGE, _member_acts),
    "team_partners": _choices(Act.PARTNERS, _partners),
    "team_offers": _choices(Act.EXCHANGE, _offers),
    "team_matches": _choices(Act.EXCHANGE, _matches),
}
CALCULATES: Mapping[str, Calculate] = {
    "team_card": _card,
    "team_title": _title,
    "team_removed": _removed,
    "count_my_teams": _count_my_teams,
    "code_meant": _code_meant,
    "join_standing": _standing,
    "my_request": _for(Act.TAKE_BACK, _my_request),
    "request_card": _request_card,
    "request_state": _request_state,
    "request_name": _request_name,
    "request_ref": _request_ref,
    "join_on_telegram": _link_on("telegram"),
    "join_on_matrix": _link_on("matrix"),
    "may_settle": _for(Act.SETTLE, lambda *_: True),
    "may_help": _for(Act.PARTNERS, lambda *_: True),
    "count_others": _for(Act.CHANGE, _count_others),
    "member_card": _for(Act.CHANGE, _member_card),
    "lead_offer_card": _for(Act.ANSWER_LEAD, _lead_offer),
    "count_matches": _for(Act.EXCHANGE, _count_matches),
    "match_card": _for(Act.EXCHANGE, _match_card),
}
