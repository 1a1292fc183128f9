"""What dialogs about projects and staff show: choices from the store, and values worked out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from projektbot.civic import cards
from projektbot.civic.deadlines import cards as deadline_cards
from projektbot.civic.projects.queries import (
    Filter,
    ProjectRow,
    cares_of,
    count_comments,
    count_public,
    count_queue,
    project,
    project_for_staff,
    projects_of,
    proposal_for,
    public_project,
    public_projects,
    queue,
    sight_of,
)
from projektbot.civic.projects.rules import Care, Stage, Step, leads, number_of, reference
from projektbot.civic.seen import Calculate, Provider, Seen
from projektbot.civic.staff.queries import areas_for, grants_of
from projektbot.civic.staff.rules import EVERYWHERE, ROLES, Duty, may
from projektbot.civic.teams import cards as team_cards
from projektbot.civic.teams.exchange_queries import among
from projektbot.civic.teams.queries import role_of
from projektbot.civic.teams.rules import IN_TEAM
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.prompt import PAGE
from projektbot.dialog.session import Session
from projektbot.texts import N_, NN_, Text

MOST = 100  # in one list: whoever does not find it there narrows it down


def _named(rows: Sequence[ProjectRow]) -> Sequence[tuple[str, Text]]:
    return [(reference(row.number), cards.on_button(row)) for row in rows]


# ---- of one's own ----------------------------------------------------------------------------------------------------


def _ideas(house: Seen, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    return _named(projects_of(house.db, house.person_id))


def _count_ideas(house: Seen, _session: Session, _answers: Answers) -> Value:
    return len(projects_of(house.db, house.person_id))


def _own(house: Seen, answers: Answers) -> ProjectRow | None:
    found = project(house.db, number_of(str(answers.get("idea", ""))))
    return found if found and found.person_id == house.person_id else None


def _own_card(house: Seen, _session: Session, answers: Answers) -> Value:
    found = _own(house, answers)
    return cards.author_card(found, house.zone) if found else None


def _own_stage(house: Seen, _session: Session, answers: Answers) -> Value:
    found = _own(house, answers)
    return found.stage if found else None


# ---- public ----------------------------------------------------------------------------------------------------------


def _filter(answers: Answers) -> Filter:
    area, field, words = (answers.get(name) or "" for name in ("area", "field", "words"))
    which = answers.get("which")
    return Filter(area, field, words, answered=which == "answered", needs_help=which == "needs_help")


def _found(house: Seen, _session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
    wanted = _filter(answers)
    found = list(_named(public_projects(house.db, wanted, MOST, among=among(wanted))))
    # what a team needs comes and goes, and nothing new has an answer yet
    if not (wanted.words or wanted.needs_help or wanted.answered):
        found.insert(PAGE - 1, ("alert", N_("Tell me of new ones like these")))  # seen without turning pages
    return found


def _count_found(house: Seen, _session: Session, answers: Answers) -> Value:
    wanted = _filter(answers)
    return count_public(house.db, wanted, among(wanted))


def _found_in_words(house: Seen, _session: Session, answers: Answers) -> Value:
    wanted = _filter(answers)
    n = count_public(house.db, wanted, among(wanted))
    if n > MOST:
        return N_("{n} projects, the {most} newest of them", n=n, most=MOST)
    return NN_("{n} project", "{n} projects", n)


def _shown(house: Seen, answers: Answers) -> ProjectRow | None:
    return public_project(house.db, str(answers.get("ref", "")))


def _card(house: Seen, _session: Session, answers: Answers) -> Value:
    found = _shown(house, answers)
    if found is None:
        return None
    ends = deadline_cards.on_project(house.db, found.area, found.field, house.now, house.zone)
    return cards.paragraphs(
        cards.card(house.db, found, house.city),
        team_cards.on_project(house.db, found),
        cards.lines(*ends) if ends else None,
    )


def _merged_from(house: Seen, _session: Session, answers: Answers) -> Value:
    """Return the reference somebody asked for, if the project goes on under another one."""
    asked = project(house.db, number_of(str(answers.get("ref", ""))))
    return cards.own(reference(asked.number)) if asked and asked.merged_into else None


def _cares(house: Seen, _session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
    found = _shown(house, answers)
    if found is None:
        return []
    mine = cares_of(house.db, found.number, house.person_id)
    supports, follows = Care.SUPPORT in mine, Care.FOLLOW in mine
    said = count_comments(house.db, found.number)
    in_team = role_of(house.db, found, house.person_id) in IN_TEAM
    return [
        (Care.UNSUPPORT, N_("Support it no longer")) if supports else (Care.SUPPORT, N_("Support it")),
        (Care.UNFOLLOW, N_("Follow it no longer")) if follows else (Care.FOLLOW, N_("Follow it")),
        *([("comments", N_("Read what others say"))] if said else []),
        ("comment", N_("Say something about it")),
        ("team", N_("See the team") if in_team else N_("Take part")),
        ("report", N_("Report it")),
        *([("list", N_("Back to the list"))] if answers.get("which") else []),
        ("done", N_("That is all")),
    ]


# ---- of staff --------------------------------------------------------------------------------------------------------


def _roles(house: Seen, _session: Session, _answers: Answers) -> Value:
    """Return what somebody is for the city, and where."""
    names = {area.code: area.name for area in house.city.areas}
    grants = grants_of(house.db, house.person_id)
    told = [
        N_("{role}, everywhere", role=ROLES[grant.role])
        if grant.area == EVERYWHERE
        else N_("{role}, {area}", role=ROLES[grant.role], area=names.get(grant.area, grant.area))
        for grant in grants
    ]
    return cards.lines(*told) if told else None


def _queue(house: Seen, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    return _named(queue(house.db, areas_for(house.db, house.person_id, Duty.CHECK_IDEAS), MOST))


def _count_queue(house: Seen, _session: Session, _answers: Answers) -> Value:
    areas = areas_for(house.db, house.person_id, Duty.CHECK_IDEAS)
    return None if areas == frozenset() else count_queue(house.db, areas)


def _answers_officially(house: Seen, _session: Session, _answers: Answers) -> Value:
    """Return whether somebody may answer projects in the name of the city, wherever that is."""
    return areas_for(house.db, house.person_id, Duty.ANSWER_IDEAS) != frozenset() or None


def _waiting(house: Seen, session: Session, answers: Answers) -> Value:
    n = _count_queue(house, session, answers) or 0
    return NN_("{n} idea waits to be read", "{n} ideas wait to be read", n)


def _checked(house: Seen, answers: Answers) -> ProjectRow | None:
    return project_for_staff(house.db, house.person_id, str(answers.get("idea", "")))


def _staff_card(house: Seen, _session: Session, answers: Answers) -> Value:
    found = _checked(house, answers)
    return cards.staff_card(house.db, found, house.city, house.now) if found else None


def _staff_sight(house: Seen, _session: Session, answers: Answers) -> Value:
    found = _checked(house, answers)
    return sight_of(house.db, found) if found else None


STEPS: Mapping[Step, Text] = {
    Step.PUBLISH: N_("Publish it"),
    Step.ASK: N_("Ask the author something"),
    Step.DECLINE: N_("Decline it"),
    Step.MERGE: N_("Put it together with another one"),
    Step.ANSWER: N_("Answer officially"),
}


def _steps(house: Seen, _session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
    found = _checked(house, answers)
    if found is None:
        return []
    grants = grants_of(house.db, house.person_id)
    checks = may(grants, Duty.CHECK_IDEAS, found.area)
    proposal = proposal_for(house.db, found.number) if checks else None
    own = proposal is not None and proposal.person_id == house.person_id
    settled = [] if proposal is None else [("withdraw", N_("Withdraw the proposal"))]
    agree = [("agree", N_("Agree"))] if proposal and not own else []
    steps = [
        (step.value, text)
        for step, text in STEPS.items()
        if leads(step, Stage(found.stage)) and (checks or step is Step.ANSWER)  # which whoever sees it at all may do
    ]
    return [*agree, *settled, *steps, ("later", N_("Not now"))]


PROVIDERS: Mapping[str, Provider] = {
    "ideas": _ideas,
    "found_projects": _found,
    "cares": _cares,
    "queue": _queue,
    "steps": _steps,
}
CALCULATES: Mapping[str, Calculate] = {
    "count_ideas": _count_ideas,
    "own_card": _own_card,
    "own_stage": _own_stage,
    "count_found": _count_found,
    "found_in_words": _found_in_words,
    "project_card": _card,
    "merged_from": _merged_from,
    "roles": _roles,
    "count_queue": _count_queue,
    "answers_officially": _answers_officially,
    "queue_in_words": _waiting,
    "staff_card": _staff_card,
    "staff_sight": _staff_sight,
}
