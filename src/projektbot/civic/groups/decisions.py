"""Binding votes: the group is asked, each of the team votes in private, and the group hears what came of it.

How many said what is counted in the row of the decision; who has voted stands elsewhere, so that nobody, not even with
the whole database, can join the two. A vote can therefore not be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, and_, delete, insert, select, update

from projektbot.civic.cards import lines, paragraphs
from projektbot.civic.groups.arguments import UnclearError, with_day
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import (
    DecisionRow,
    chats_of_project,
    decision_for_change,
    has_voted,
    open_decisions,
    silent_in,
)
from projektbot.civic.groups.rules import (
    DECISION_DAYS,
    LONGEST_WORDS,
    MOST_OPEN_DECISIONS,
    CastOutcome,
    Verdict,
    Vote,
    verdict,
)
from projektbot.civic.groups.speaking import team_of
from projektbot.civic.groups.tables import decision_voters, decisions
from projektbot.civic.projects.rules import reference, row_named
from projektbot.civic.tx import Opens, Post, Tx
from projektbot.dialog.cleaning import is_visible
from projektbot.dialog.engine import Result
from projektbot.errors import Refused
from projektbot.instants import micros
from projektbot.store.tables import due
from projektbot.texts import N_, NN_, Own, Text

END = "decision"  # kind of the due rows
EXAMPLE = N_("/decide Do we buy the wood? until Friday")
VERDICTS: Mapping[Verdict, Text] = {
    Verdict.YES: N_("Decided: yes."),
    Verdict.NO: N_("Decided: no."),
    Verdict.TIED: N_("Nothing is decided: yes and no are level."),
    Verdict.NOBODY: N_("Nothing is decided: nobody said yes or no."),
}


def decide(here: Here, written: str) -> Post:
    """Put a question to the team; each of them votes in private."""
    voters = team_of(here.tx.db, here.project)
    if not set(here.people) & set(voters):
        raise Refused(N_("Only members of the team can call a vote."))
    if len(open_decisions(here.tx.db, here.project)) >= MOST_OPEN_DECISIONS:
        raise Refused(N_("{n} votes are under way. Please wait until one of them has ended.", n=MOST_OPEN_DECISIONS))
    words, until = _read(here, written)
    made = insert(decisions).values(project=here.project, words=words, until=micros(until), at=here.tx.at)
    number = int(here.tx.db.scalar(made.returning(decisions.c.id)) or 0)
    here.tx.db.execute(insert(decision_voters), [{"decision": number, "person_id": voter} for voter in voters])
    here.tx.db.execute(insert(due).values(kind=END, subject=str(number), due_at=micros(until)))
    for voter in voters:
        here.tx.tell(voter, _invitation(here, words), Opens(N_("Vote"), "group_vote", "decision", str(number)))
    asked = Post(paragraphs(
        N_("To be decided: {question}", question=words),
        NN_("{n} member of the team has been asked in private, until {time}.",
            "{n} members of the team have been asked in private, until {time}.", len(voters), time=until),
        N_("Whoever writes to me in private finds it there. Nobody learns who voted how."),
    ))  # fmt: skip
    here.say_elsewhere(asked)
    return asked


def _invitation(here: Here, words: str) -> Text:
    return N_("{ref} is to decide: {question}", ref=Own(reference(here.project)), question=words)


def _read(here: Here, written: str) -> tuple[str, datetime]:
    try:
        words, day = with_day(written, locale=here.tx.who.locale, today=here.today)
    except UnclearError as unclear:
        raise Refused(N_("I could not read {day} as a day that is still to come. For example: {example}",
                         day=unclear.words[:40], example=EXAMPLE)) from None  # fmt: skip
    if not is_visible(words) or len(words) > LONGEST_WORDS:
        raise Refused(N_("Please write a question that can be answered by yes or no. For example: {example}",
                         example=EXAMPLE))  # fmt: skip
    if day is None:
        return words, here.local + timedelta(days=DECISION_DAYS)
    return words, datetime.combine(day + timedelta(days=1), time(), here.zone) - timedelta(minutes=1)


# ---- in private ------------------------------------------------------------------------------------------------------


def cast_vote(tx: Tx, *, decision: str, vote: str) -> Result:
    """Count somebody's vote, once; if it was the last one, the group hears the result."""
    found = decision_for_change(tx.db, row_named(decision))
    outcome = _outcome(tx, found)
    if outcome is CastOutcome.CAST and found:
        mine = and_(decision_voters.c.decision == found.id, decision_voters.c.person_id == tx.who.person_id)
        tx.db.execute(update(decision_voters).where(mine).values(has_voted=1))
        column = decisions.c[Vote(vote).value]
        tx.db.execute(update(decisions).where(decisions.c.id == found.id).values({column: column + 1}))
        _end_if_all_have_voted(tx, found.id)
    return Result(outcome)


def _outcome(tx: Tx, found: DecisionRow | None) -> CastOutcome:
    mine = has_voted(tx.db, found.id, tx.who.person_id) if found else None
    if found is None or mine is None:
        return CastOutcome.MAY_NOT
    if mine:
        return CastOutcome.ALREADY
    if found.ended_at is not None or found.until <= tx.at:
        return CastOutcome.OVER
    return CastOutcome.CAST if tx.who.person_id in team_of(tx.db, found.project) else CastOutcome.LEFT


def words_for(db: Connection, decision: str, person_id: int) -> str:
    """Return what is to be decided, for somebody who is asked; empty for others."""
    mine = and_(decision_voters.c.decision == decisions.c.id, decision_voters.c.person_id == person_id)
    wanted = select(decisions.c.words).join(decision_voters, mine)
    return db.scalar(wanted.where(decisions.c.id == row_named(decision))) or ""


def waiting_for(db: Connection, person_id: int) -> list[tuple[int, str]]:
    """Return the votes that wait for somebody, the oldest first: number and question."""
    mine = and_(decision_voters.c.decision == decisions.c.id, decision_voters.c.person_id == person_id)
    silent = and_(decision_voters.c.has_voted == 0, decisions.c.ended_at.is_(None))
    wanted = select(decisions.c.id, decisions.c.words, decisions.c.project).join(decision_voters, mine).where(silent)
    found = db.execute(wanted.order_by(decisions.c.id)).all()
    return [(row.id, row.words) for row in found if person_id in team_of(db, row.project)]


def has_left(db: Connection, decision: str, person_id: int) -> bool:
    """Say whether somebody was asked to vote and has no vote in that team any more."""
    mine = and_(decision_voters.c.decision == decisions.c.id, decision_voters.c.person_id == person_id)
    wanted = select(decisions.c.project).join(decision_voters, mine)
    project = db.scalar(wanted.where(decisions.c.id == row_named(decision)))
    return project is not None and person_id not in team_of(db, project)


# ---- the end ---------------------------------------------------------------------------------------------------------


def end(tx: Tx, subject: str) -> None:
    """End a vote whose time is over, unless all have voted before."""
    _end(tx, int(subject))


def end_where_all_have_voted(tx: Tx, number: int) -> None:
    """End the votes of a project for which nobody is waited for any more, since who was has left the team."""
    for decision in open_decisions(tx.db, number):
        _end_if_all_have_voted(tx, decision)


def _end_if_all_have_voted(tx: Tx, number: int) -> None:
    found = decision_for_change(tx.db, number)  # locked: the last two may vote, or leave, at once
    if found and not _missing(tx.db, found):
        _end(tx, number)


def _missing(db: Connection, found: DecisionRow) -> int:
    """Return how many have not voted yet who still may."""
    return len(set(silent_in(db, found.id)) & set(team_of(db, found.project)))


def _end(tx: Tx, number: int) -> None:
    found = decision_for_change(tx.db, number)
    if found is None or found.ended_at is not None:
        return
    tx.db.execute(update(decisions).where(decisions.c.id == number).values(ended_at=tx.at))
    post = Post(paragraphs(
        N_("The vote is over: {question}", question=found.words),
        lines(N_("Yes: {n}", n=found.counts.yes), N_("No: {n}", n=found.counts.no),
              N_("Abstained: {n}", n=found.counts.abstain), N_("Did not vote: {n}", n=_missing(tx.db, found))),
        VERDICTS[verdict(found.counts)],
    ))  # fmt: skip
    for address_id in chats_of_project(tx.db, found.project):
        tx.say(address_id, post)


def unite_voters(db: Connection, person_id: int, into: int) -> None:
    """Let somebody's votes be another's, who they turned out to be; whoever of them has voted, has voted."""
    columns, twin = decision_voters.c, decision_voters.alias("twin")
    voted = select(twin.c.decision).where(twin.c.person_id == person_id, twin.c.has_voted == 1)
    db.execute(
        update(decision_voters).where(columns.person_id == into, columns.decision.in_(voted)).values(has_voted=1)
    )
    has = select(twin.c.decision).where(twin.c.person_id == into)
    db.execute(delete(decision_voters).where(columns.person_id == person_id, columns.decision.in_(has)))
    db.execute(update(decision_voters).where(columns.person_id == person_id).values(person_id=into))
