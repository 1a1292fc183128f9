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
    count_missing,
    decision_for_change,
    has_voted,
)
from projektbot.civic.groups.rules import DECISION_DAYS, LONGEST_WORDS, CastOutcome, Verdict, Vote, verdict
from projektbot.civic.groups.speaking import team_of
from projektbot.civic.groups.tables import decision_voters, decisions
from projektbot.civic.projects.rules import reference
from projektbot.civic.tx import Opens, Post, Tx
from projektbot.dialog.engine import Result
from projektbot.errors import Refused
from projektbot.messages import micros
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
        raise Refused(N_("Only who belongs to the team can call a vote."))
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
    if not words or len(words) > LONGEST_WORDS:
        raise Refused(N_("Please write a question that can be answered by yes or no. For example: {example}",
                         example=EXAMPLE))  # fmt: skip
    if day is None:
        return words, here.local + timedelta(days=DECISION_DAYS)
    return words, datetime.combine(day + timedelta(days=1), time(), here.zone) - timedelta(minutes=1)


# ---- in private ------------------------------------------------------------------------------------------------------


def cast_vote(tx: Tx, *, decision: str, vote: str) -> Result:
    """Count somebody's vote, once; if it was the last one, the group hears the result."""
    found = decision_for_change(tx.db, int(decision) if decision.isdecimal() else 0)
    outcome = _outcome(tx, found)
    if outcome is CastOutcome.CAST and found:
        mine = and_(decision_voters.c.decision == found.id, decision_voters.c.person_id == tx.who.person_id)
        tx.db.execute(update(decision_voters).where(mine).values(has_voted=1))
        column = decisions.c[Vote(vote).value]
        tx.db.execute(update(decisions).where(decisions.c.id == found.id).values({column: column + 1}))
        if not count_missing(tx.db, found.id):
            _end(tx, found.id)
    return Result(outcome)


def _outcome(tx: Tx, found: DecisionRow | None) -> CastOutcome:
    mine = has_voted(tx.db, found.id, tx.who.person_id) if found else None
    if found is None or mine is None:
        return CastOutcome.MAY_NOT
    if mine:
        return CastOutcome.ALREADY
    return CastOutcome.OVER if found.ended_at is not None or found.until <= tx.at else CastOutcome.CAST


def words_for(db: Connection, decision: str, person_id: int) -> str:
    """Return what is to be decided, for somebody who is asked; empty for others."""
    mine = and_(decision_voters.c.decision == decisions.c.id, decision_voters.c.person_id == person_id)
    wanted = select(decisions.c.words).join(decision_voters, mine)
    number = int(decision) if decision.isdecimal() else 0
    return db.scalar(wanted.where(decisions.c.id == number)) or ""


# ---- the end ---------------------------------------------------------------------------------------------------------


def end(tx: Tx, subject: str) -> None:
    """End a vote whose time is over, unless all have voted before."""
    _end(tx, int(subject))


def _end(tx: Tx, number: int) -> None:
    found = decision_for_change(tx.db, number)
    if found is None or found.ended_at is not None:
        return
    tx.db.execute(update(decisions).where(decisions.c.id == number).values(ended_at=tx.at))
    post = Post(paragraphs(
        N_("The vote is over: {question}", question=found.words),
        lines(N_("Yes: {n}", n=found.counts.yes), N_("No: {n}", n=found.counts.no),
              N_("Abstained: {n}", n=found.counts.abstain), N_("Did not vote: {n}", n=count_missing(tx.db, number))),
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
