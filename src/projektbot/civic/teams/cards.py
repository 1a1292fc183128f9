"""How a team is shown in a chat: to those who are in it, with names; to everybody else in figures."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from projektbot.civic.cards import lines, paragraphs, titled
from projektbot.civic.projects.queries import ProjectRow
from projektbot.civic.teams.exchange_queries import OfferRow, Sides, offers_of
from projektbot.civic.teams.exchange_rules import KINDS, Kind
from projektbot.civic.teams.queries import (
    InvitationRow,
    LeadOffer,
    MemberRow,
    PartnerRow,
    RequestRow,
    open_requests,
    partners_of,
    seats_of,
    team_of,
)
from projektbot.civic.teams.rules import ROLES, SECTORS, Role, Sector, seated
from projektbot.i18n import harmless
from projektbot.texts import N_, NN_, Text

LONGEST_LABEL = 40  # characters of what people wrote, on a button
NAMELESS = N_("Whoever had the idea")  # until they say what they want to be called

PEOPLE_FROM = {
    Sector.CIVIL: N_("Civil society: {n}"),
    Sector.ADMINISTRATION: N_("Administration: {n}"),
    Sector.BUSINESS: N_("Business: {n}"),
    Sector.OTHER: N_("Something else: {n}"),
}


def short(words: str) -> str:
    """Return words that fit on a button."""
    return words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1]}…"


# ---- to everybody ----------------------------------------------------------------------------------------------------


def public_card(db: Connection, found: ProjectRow) -> Text:
    """Return a team as everybody may see it: how many, from which sectors, and what is needed. No names."""
    return paragraphs(titled(found), figures(db, found), _needed(offers_of(db, found.number)))


def on_project(db: Connection, found: ProjectRow) -> Text | None:
    """Return what a project's card says of its team; nothing while whoever had the idea is alone."""
    if is_alone(db, found):
        return None
    return paragraphs(figures(db, found), _needed(offers_of(db, found.number)))


def is_alone(db: Connection, found: ProjectRow) -> bool:
    """Say whether whoever had the idea is alone with it so far, and looks for nothing."""
    return len(team_of(db, found)) <= 1 and not offers_of(db, found.number)


def figures(db: Connection, found: ProjectRow) -> Text:
    """Return how many a team is, from which sectors, and whether there is room."""
    return lines(*figures_of(db, found))


def figures_of(db: Connection, found: ProjectRow) -> list[Text]:
    """Return the same, each figure by itself."""
    team, seats = team_of(db, found), seats_of(db, found.number)
    counts = Counter(row.sector for row in team)
    sectors = [Text(text.msgid, {"n": counts[sector]}) for sector, text in PEOPLE_FROM.items() if counts[sector]]
    room = _room(seated(row.role for row in team), seats)
    return [_size(len(team)), *sectors, *([room] if room else [])]


def _size(n: int) -> Text:
    return NN_("{n} person is in the team.", "{n} people are in the team.", n) if n else N_("The team is empty.")


def _room(taken: int, seats: int | None) -> Text | None:
    if seats is None:
        return None
    left = seats - taken
    if left <= 0:
        return N_("The team is full.")
    return NN_("There is room for {n} more.", "There is room for {n} more.", left)


def _needed(offers: list[OfferRow]) -> Text | None:
    needs = needs_of(offers)
    return lines(N_("Needed:"), *[N_("– {what}", what=what) for what in needs]) if needs else None


def needs_of(offers: list[OfferRow]) -> list[str]:
    """Return what a team needs, in its words, from which tricks with signs are taken."""
    return [harmless(row.what) for row in offers if row.kind == Kind.NEEDS]


# ---- to those in it --------------------------------------------------------------------------------------------------


def team_card(db: Connection, found: ProjectRow, role: Role) -> Text:
    """Return a team as its people see it."""
    team, seats = team_of(db, found), seats_of(db, found.number)
    partners, offers = partners_of(db, found.number), offers_of(db, found.number)
    waiting = len(open_requests(db, found.number)) if role is Role.LEAD else 0
    return paragraphs(
        titled(found),
        lines(*map(member_line, team), _room(seated(row.role for row in team), seats)),
        lines(N_("Partners:"), *map(_partner, partners)) if partners else None,
        lines(*map(offer_line, offers)) if offers else None,
        NN_("{n} person would like to join.", "{n} people would like to join.", waiting) if waiting else None,
    )


def name_of(row: MemberRow) -> Text:
    """Return what somebody is called in a team."""
    return Text("{it}", {"it": row.name}) if row.name else NAMELESS


def member_line(row: MemberRow) -> Text:
    """Return somebody with what they are in the team, and where they come from."""
    role = ROLES[row.role]
    if row.sector is Sector.UNSAID:
        return N_("{name}: {role}", name=name_of(row), role=role)
    return N_("{name}: {role}, {sector}", name=name_of(row), role=role, sector=SECTORS[row.sector])


def _partner(row: PartnerRow) -> Text:
    return lines(
        N_("{name} ({sector})", name=row.name, sector=SECTORS[Sector(row.sector)]),
        N_("brings: {resources}", resources=row.resources) if row.resources else None,
        N_("does: {tasks}", tasks=row.tasks) if row.tasks else None,
    )


def offer_line(row: OfferRow) -> Text:
    """Return what a team has or needs, and when."""
    what = Text(KINDS[Kind(row.kind)].msgid, {"what": row.what})
    return N_("{what} ({when})", what=what, when=row.when) if row.when else what


def request_card(row: RequestRow, found: ProjectRow) -> Text:
    """Return a request as a lead, and whoever made it, sees it."""
    return paragraphs(
        titled(found),
        N_("{name} ({sector}) would like to take part:", name=row.name, sector=SECTORS[Sector(row.sector)]),
        Text("{it}", {"it": row.why}),
        lines(
            N_("Can do: {skills}", skills=row.skills) if row.skills else None,
            NN_("{n} hour a week", "{n} hours a week", row.hours) if row.hours else None,
        ) if row.skills or row.hours else None,
    )  # fmt: skip


def removed_card(reason: str) -> Text:
    """Return why somebody is not in a team any more."""
    return N_("You are not in this team any more. The reason:\n{reason}", reason=reason)


def invitation_label(row: InvitationRow, zone: ZoneInfo) -> Text:
    """Return an invitation that is still good, on a button."""
    day, n = day_of(row.expires_at, zone), row.uses_left
    if row.role == Role.GUEST:
        return NN_("For {n} guest, until {day}", "For {n} guests, until {day}", n, day=day)
    return NN_("For {n} member, until {day}", "For {n} members, until {day}", n, day=day)


def day_of(at: int, zone: ZoneInfo) -> date:
    """Return the local day of a time in microseconds UTC."""
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(zone).date()


def lead_card(offer: LeadOffer, by: MemberRow, found: ProjectRow) -> Text:
    """Return what somebody is asked who is to lead."""
    if offer.stays:
        return N_("{name} asks you to lead the team of {project} together.", name=name_of(by), project=titled(found))
    return N_("{name} asks you to lead the team of {project} from now on.", name=name_of(by), project=titled(found))


def match_card(seen: Sides) -> Text:
    """Return what another team has or needs, beside what is ours. Which team it is shows when both have said yes."""
    theirs = N_("Another team has: {what}") if seen.theirs.kind == Kind.HAS else N_("Another team needs: {what}")
    what = Text(theirs.msgid, {"what": seen.theirs.what})
    return lines(
        N_("{what} ({when})", what=what, when=seen.theirs.when) if seen.theirs.when else what,
        offer_line(seen.ours),
    )
