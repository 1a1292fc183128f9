"""What a team has and needs: written down, matched with other teams', and who is brought together."""

from __future__ import annotations

from sqlalchemy import insert, or_, update

from projektbot.civic.projects.queries import project
from projektbot.civic.projects.rules import reference, row_named
from projektbot.civic.teams.exchange_queries import (
    OfferRow,
    Sides,
    candidates,
    match_for_change,
    offer_by,
    offers_of,
    open_matches,
    sides,
)
from projektbot.civic.teams.exchange_rules import MOST_OFFERS, Kind, MatchOutcome, OfferOutcome, fitting
from projektbot.civic.teams.obtaining import Team, team_for
from projektbot.civic.teams.queries import leads_of, team_of
from projektbot.civic.teams.rules import SEATED, Act, Bar
from projektbot.civic.teams.tables import matches, offers
from projektbot.civic.tx import Opens, Tx
from projektbot.dialog.engine import Result
from projektbot.store.upsert import unless_there
from projektbot.texts import N_, Own, Text

YES, NO = "yes", "no"
SAYS = {Kind.HAS: "has_says", Kind.NEEDS: "needs_says"}


def add_offer(tx: Tx, *, ref: str, kind: str, what: str, when: str | None = None) -> Result:
    """Write down what a team has or needs, and ask those whose own fits it."""
    team = team_for(tx, ref, Act.EXCHANGE)
    if isinstance(team, Bar):
        return Result(team)
    if len(offers_of(tx.db, team.number)) >= MOST_OFFERS:
        return Result(OfferOutcome.TOO_MANY)
    row = {"project": team.number, "person_id": tx.who.person_id, "kind": Kind(kind).value, "what": what}
    number = tx.db.execute(insert(offers).returning(offers.c.id), {**row, "when": when, "at": tx.at}).scalar_one()
    added = offer_by(tx.db, number)
    return Result(OfferOutcome.MATCHED if added and _match(tx, added) else OfferOutcome.ADDED)


def _match(tx: Tx, added: OfferRow) -> bool:
    found = fitting(added.what, candidates(tx.db, added))
    for number in found:
        has, needs = (added.id, number) if added.kind == Kind.HAS else (number, added.id)
        tx.db.execute(unless_there(matches, [{"has": has, "needs": needs, "at": tx.at}]))
        if other := offer_by(tx.db, number):
            _ask(tx, other)
    return bool(found)


ASKS = {
    Kind.HAS: N_("Another team is looking for something that you have: {what}. Shall I bring you together?"),
    Kind.NEEDS: N_("Another team has something that you are looking for: {what}. Shall I bring you together?"),
}


def _ask(tx: Tx, offer: OfferRow) -> None:
    opens = Opens(N_("Have a look"), "team_matches", "ref", reference(offer.project))
    tx.post(_in_charge(tx, offer), Text(ASKS[Kind(offer.kind)].msgid, {"what": offer.what}), opens)


def _in_charge(tx: Tx, offer: OfferRow) -> int | None:
    """Return who is asked about an offer: whoever wrote it down, or a lead if they are not in the team any more."""
    found = project(tx.db, offer.project)
    team = [row.person_id for row in team_of(tx.db, found) if row.role in SEATED] if found else []
    leads = leads_of(tx.db, offer.project)
    return offer.person_id if offer.person_id in team else leads[0] if leads else None


def settle_offer(tx: Tx, *, ref: str, offer: str) -> Result:
    """Take an offer off the list: it was given, or found, or is not wanted any more."""
    team = team_for(tx, ref, Act.EXCHANGE)
    if isinstance(team, Bar):
        return Result(team)
    number = row_named(offer)
    for seen in open_matches(tx.db, team.number):
        if seen.ours.id == number:
            _tell_in_vain(tx, seen)
    theirs = (offers.c.id == number) & (offers.c.project == team.number) & offers.c.settled_at.is_(None)
    if not tx.db.execute(update(offers).where(theirs).values(settled_at=tx.at)).rowcount:
        return Result(OfferOutcome.CHANGED)
    its = or_(matches.c.has == number, matches.c.needs == number)
    tx.db.execute(update(matches).where(its).values(words=None))  # nobody will be told any more
    return Result(OfferOutcome.SETTLED)


def _tell_in_vain(tx: Tx, seen: Sides) -> None:
    if seen.match.words:  # the other side has said yes, and waits
        news = N_("About “{what}”: the other team cannot do it this time.", what=seen.theirs.what)
        tx.post(_in_charge(tx, seen.theirs), news)


# ---- brought together ------------------------------------------------------------------------------------------------


def answer_match(tx: Tx, *, ref: str, match: str, answer: str, contact: str | None = None) -> Result:
    """Say whether one wants to be brought together; `contact` is what the other side reads once both do."""
    team = team_for(tx, ref, Act.EXCHANGE)
    if isinstance(team, Bar):
        return Result(team, {"reach": ""})
    found = match_for_change(tx.db, row_named(match))
    seen = sides(tx.db, found, team.number) if found else None
    if seen is None or not seen.is_open:
        return Result(MatchOutcome.CHANGED, {"reach": ""})
    if seen.match.words and seen.theirs.person_id is None:  # whoever wrote them was erased, and has agreed to nothing
        seen = _taken_back(tx, seen)
    if answer != YES or not contact:
        return Result(_refuse(tx, seen), {"reach": ""})
    return _agree(tx, team, seen, contact)


def _say(tx: Tx, seen: Sides, answer: str, words: str | None) -> None:
    mine = matches.c.id == seen.match.id
    tx.db.execute(update(matches).where(mine).values({SAYS[Kind(seen.ours.kind)]: answer, "words": words}))


def _refuse(tx: Tx, seen: Sides) -> MatchOutcome:
    _tell_in_vain(tx, seen)
    _say(tx, seen, NO, None)
    return MatchOutcome.REFUSED


def _agree(tx: Tx, team: Team, seen: Sides, contact: str) -> Result:
    # whoever says yes is the one to talk to from now on
    tx.db.execute(update(offers).where(offers.c.id == seen.ours.id).values(person_id=tx.who.person_id))
    if not seen.match.words:
        _say(tx, seen, YES, contact)
        return Result(MatchOutcome.NOTED, {"reach": ""})
    _say(tx, seen, YES, None)
    theirs, ref = seen.theirs.what, Own(reference(team.number))
    news = N_("About “{what}”: the team of {ref} {title} would like to hear from you. You reach them so:\n{contact}",
              what=theirs, contact=contact, ref=ref, title=team.project.title)  # fmt: skip
    tx.post(_in_charge(tx, seen.theirs), news)
    return Result(MatchOutcome.TOGETHER, {"reach": seen.match.words})


# ---- who said yes goes -----------------------------------------------------------------------------------------------


def ask_anew(tx: Tx, number: int, person_id: int) -> None:
    """Ask a team anew where somebody who has left it had said yes: how to reach them was for the team alone."""
    for offer in offers_of(tx.db, number):
        if offer.person_id == person_id and _take_back(tx, offer):
            _ask(tx, offer)


def _take_back(tx: Tx, offer: OfferRow) -> bool:
    """Forget a team's yes and its words, where the other side has not answered; return whether there was one."""
    side, says = matches.c[offer.kind], matches.c[SAYS[Kind(offer.kind)]]
    waiting = (side == offer.id) & (says == YES) & matches.c.words.is_not(None)
    return tx.db.execute(update(matches).where(waiting).values({says.name: None, "words": None})).rowcount > 0


def _taken_back(tx: Tx, seen: Sides) -> Sides:
    if _take_back(tx, seen.theirs):
        _ask(tx, seen.theirs)
    match = match_for_change(tx.db, seen.match.id)
    return seen._replace(match=match) if match else seen
