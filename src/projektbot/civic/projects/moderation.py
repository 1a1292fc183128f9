"""What staff do with ideas: publish, ask back, decline, merge, answer. Each step is told to the author and audited."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from projektbot.civic.projects.alerts import tell_of_new
from projektbot.civic.projects.caring import hand_over, tell_followers
from projektbot.civic.projects.queries import ProjectRow, Proposal, project_for_change, proposal_for, sight_of
from projektbot.civic.projects.rules import (
    LEADS,
    MEANING,
    PUBLIC,
    ModerateOutcome,
    Stage,
    Step,
    leads,
    number_of,
    reference,
)
from projektbot.civic.projects.tables import comments, projects, proposals, reports
from projektbot.civic.staff.queries import grants_of, people_for
from projektbot.civic.staff.rules import Duty, may
from projektbot.civic.tx import Opens, Tx, Unsaid
from projektbot.dialog.engine import Result
from projektbot.errors import Refused
from projektbot.records import record
from projektbot.texts import N_, Own, Text

AGREE, WITHDRAW = "agree", "withdraw"  # to what is proposed


@record
class Wanted:
    """A step as staff want it: `words` are a question, a reason or an answer."""

    step: Step
    words: str | None = None
    into: int | None = None


def moderate(
    tx: Tx,
    *,
    idea: str,
    act: str,
    question: str | None = None,
    reason: str | None = None,
    answer: str | None = None,
    into: str | None = None,
    seen: str | None = None,
) -> Result:
    """Take a step with an idea, or agree to one; `into` is the reference of the idea it goes on in.

    With `seen` (`sight_of`) nothing is done if the idea, or what is proposed, is not what was looked at any more.
    """
    found = project_for_change(tx.db, number_of(idea))
    if found is None or not _may(tx, act, found.area):
        return Result(ModerateOutcome.MAY_NOT)
    if seen and seen != sight_of(tx.db, found):
        return Result(ModerateOutcome.CHANGED)
    if act in (AGREE, WITHDRAW):
        return Result(_settle(tx, found, agree=act == AGREE))
    step = Step(act)
    if not leads(step, Stage(found.stage)):
        return Result(ModerateOutcome.CHANGED)
    wanted = Wanted(step, question or reason or answer, _target(tx, found, into) if step is Step.MERGE else None)
    if step in tx.city.four_eyes:
        return Result(_propose(tx, found, wanted))
    return Result(_take(tx, found, wanted))


def _may(tx: Tx, act: str, area: str) -> bool:
    duty = Duty.ANSWER_IDEAS if act == Step.ANSWER else Duty.CHECK_IDEAS
    return may(grants_of(tx.db, tx.who.person_id), duty, area)


def _target(tx: Tx, found: ProjectRow, words: str | None) -> int:
    """Return the number of a public project that another one is to go on in; refuse anything else."""
    number = number_of(words or "")
    target = project_for_change(tx.db, number) if number != found.number else None
    if target and target.merged_into and target.merged_into != found.number:
        raise Refused(N_("{ref} has gone on in {into} itself. If that is the one you mean, please write {into}.",
                         ref=Own(reference(target.number)), into=Own(reference(target.merged_into))),
                      question="into")  # fmt: skip
    if target is None or Stage(target.stage) not in PUBLIC:
        raise Refused(N_("There is no published project with this number. Please check it once more."), question="into")
    if not _may(tx, Step.MERGE, target.area):
        raise Refused(N_("That project lies in an area in which you have no role. Somebody who has one in both areas, "
                         "or everywhere, can put the two together."), question="into")  # fmt: skip
    return target.number


# ---- four eyes -------------------------------------------------------------------------------------------------------


def _propose(tx: Tx, found: ProjectRow, wanted: Wanted) -> ModerateOutcome:
    tx.db.execute(delete(proposals).where(proposals.c.project == found.number))
    row = {"project": found.number, "person_id": tx.who.person_id, "at": tx.at}
    tx.db.execute(insert(proposals), {**row, "step": wanted.step, "words": wanted.words, "into": wanted.into})
    tx.audit(f"propose_{wanted.step}", reference(found.number), area=found.area, words=wanted.words or "")
    for person_id in people_for(tx.db, Duty.CHECK_IDEAS, found.area):
        tx.post(person_id, N_("{ref} waits for a second pair of eyes: {title}", **_named(found)), _look_at(found))
    return ModerateOutcome.PROPOSED


def _settle(tx: Tx, found: ProjectRow, *, agree: bool) -> ModerateOutcome:
    """Carry out what somebody else proposes, or drop it. Nobody agrees with themselves."""
    proposal = proposal_for(tx.db, found.number)
    if proposal is None or (agree and proposal.person_id == tx.who.person_id):
        return ModerateOutcome.CHANGED
    wanted = _wanted(proposal)
    target = project_for_change(tx.db, wanted.into)
    if agree and target and not _may(tx, Step.MERGE, target.area):
        return ModerateOutcome.MAY_NOT
    tx.db.execute(delete(proposals).where(proposals.c.project == found.number))
    if not agree:
        tx.audit("withdraw", reference(found.number), area=found.area)
        return ModerateOutcome.WITHDRAWN
    if not leads(wanted.step, Stage(found.stage)) or (target and Stage(target.stage) not in PUBLIC):
        return ModerateOutcome.CHANGED
    return _take(tx, found, wanted)


def _wanted(proposal: Proposal) -> Wanted:
    return Wanted(Step(proposal.step), proposal.words, proposal.into)


# ---- the step --------------------------------------------------------------------------------------------------------


def _take(tx: Tx, found: ProjectRow, wanted: Wanted) -> ModerateOutcome:
    step = wanted.step
    tx.db.execute(delete(proposals).where(proposals.c.project == found.number))
    tx.db.execute(update(projects).where(projects.c.number == found.number).values(_changes(tx, found, wanted)))
    tx.audit(step, reference(found.number), area=found.area, words=_noted(wanted))
    if news := _public_news(found, wanted):  # before a merge, after which they follow another project
        tell_followers(tx, found.number, news, _opens(found, wanted), but=found.person_id)
    if step is Step.DECLINE and Stage(found.stage) in PUBLIC:
        _unsay(tx, found)
    if step is Step.MERGE and wanted.into:
        _merge(tx, found, wanted.into)
    if step is Step.PUBLISH:
        tx.due(MEANING, "", tx.at)
    if step is Step.PUBLISH and found.published_at is None:
        tell_of_new(tx, found)
    tx.post(found.person_id, _news(tx, found, wanted), _opens(found, wanted))
    return ModerateOutcome.DONE


def _public_news(found: ProjectRow, wanted: Wanted) -> Text | None:
    """Return what those hear who follow a public project; the reason for declining it is a matter of its author."""
    named = _named(found)
    if Stage(found.stage) not in PUBLIC:
        return None
    match wanted.step:
        case Step.ANSWER:
            return N_("The city has answered to {ref} {title}:\n{answer}", answer=wanted.words or "", **named)
        case Step.DECLINE:
            return N_("{ref} {title}, which you follow, could not be taken up after all. It is not public any more.",
                      **named)  # fmt: skip
        case Step.MERGE:
            return N_("{ref} {title}, which you follow, goes on together with {into}. You follow that one now.",
                      into=Own(reference(wanted.into or 0)), **named)  # fmt: skip
    return None


def _noted(wanted: Wanted) -> str:
    return reference(wanted.into) if wanted.into else wanted.words or ""


def _changes(tx: Tx, found: ProjectRow, wanted: Wanted) -> dict[str, object]:
    if wanted.step is Step.ANSWER:
        return {"answer": wanted.words, "answered_at": tx.at}
    stage = LEADS[wanted.step][1]
    published = {"published_at": found.published_at or tx.at} if wanted.step is Step.PUBLISH else {}
    return {"stage": stage, "words": wanted.words, "merged_into": wanted.into, "waits_since": None, **published}


def _merge(tx: Tx, found: ProjectRow, into: int) -> None:
    """Let all who care about an idea, and what was said about it, go on with another; its author follows that one."""
    hand_over(tx, found.number, into, found.person_id)
    tx.merged.append((found.number, into))
    _move_what_was_said(tx, found.number, into)
    earlier = projects.c.merged_into == found.number  # what was merged into this one: no chain is ever followed
    tx.db.execute(update(projects).where(earlier).values(merged_into=into))
    target = project_for_change(tx.db, into)
    if target and target.person_id != found.person_id:
        news = N_("Another idea goes on together with yours, {ref} {title}: “{other}”. Its supporters are yours now.",
                  other=found.title, **_named(target))  # fmt: skip
        tx.post(target.person_id, news)


def _move_what_was_said(tx: Tx, number: int, into: int) -> None:
    """Let comments go along, with the reports of them; those of the project itself have nothing to be about now."""
    tx.db.execute(update(comments).where(comments.c.project == number).values(project=into))
    of_it = reports.c.project == number
    tx.db.execute(update(reports).where(of_it, reports.c.comment.is_not(None)).values(project=into))
    tx.db.execute(update(reports).where(of_it, reports.c.settled_at.is_(None)).values(settled_at=tx.at))


def _unsay(tx: Tx, found: ProjectRow) -> None:
    """Let nobody be told any more of a project that was taken off, but whose own matter it is."""
    hidden = select(comments.c.person_id).where(comments.c.project == found.number, comments.c.hidden_at.is_not(None))
    own = frozenset(person for person in (found.person_id, *tx.db.scalars(hidden)) if person is not None)
    parts = select(projects.c.number).where(projects.c.merged_into == found.number)
    for number in (found.number, *tx.db.scalars(parts)):
        tx.unsay(Unsaid(opens=Opens(N_("Have a look"), "project", "ref", reference(number)), but=own))


# ---- what the author hears -------------------------------------------------------------------------------------------


def _named(found: ProjectRow) -> dict[str, str]:
    return {"ref": Own(reference(found.number)), "title": found.title}


def _news(tx: Tx, found: ProjectRow, wanted: Wanted) -> Text:
    named = _named(found)
    match wanted.step:
        case Step.PUBLISH:
            return N_("Good news: your idea {ref} {title} is published. Everybody can see and support it now. I will "
                      "tell you what becomes of it.", **named)  # fmt: skip
        case Step.ASK:
            return N_(
                "There is a question about your idea {ref} {title}:\n{question}", question=wanted.words or "", **named
            )
        case Step.DECLINE:
            return N_(
                "Your idea {ref} {title} could not be taken up. The reason:\n{reason}\n"
                "If you see it another way, write to {contact}.",
                reason=wanted.words or "",
                contact=tx.city.contact,
                **named,
            )
        case Step.MERGE:
            return N_("Your idea {ref} {title} goes on together with {into}, which is much like it. Those who support "
                      "yours now support that one, and you follow it.",
                      into=Own(reference(wanted.into or 0)), **named)  # fmt: skip
        case Step.ANSWER:
            return N_("The city has answered to your idea {ref} {title}:\n{answer}", answer=wanted.words or "", **named)


def _opens(found: ProjectRow, wanted: Wanted) -> Opens | None:
    match wanted.step:
        case Step.ASK:
            return Opens(N_("Answer"), "my_ideas", "idea", reference(found.number))
        case Step.PUBLISH | Step.ANSWER:
            return Opens(N_("Have a look"), "project", "ref", reference(found.number))
        case Step.MERGE:
            return Opens(N_("Have a look"), "project", "ref", reference(wanted.into or 0))
        case Step.DECLINE:
            return None


def _look_at(found: ProjectRow) -> Opens:
    return Opens(N_("Have a look"), "check_idea", "idea", reference(found.number))
