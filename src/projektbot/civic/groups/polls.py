"""Mood polls: asked in every chat of a project by the messenger's own poll, counted together, ended in words.

Each messenger counts only what happens there; the common count is ours (`group_answers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from projektbot.civic.cards import lines, paragraphs
from projektbot.civic.groups import early
from projektbot.civic.groups.arguments import poll_to_end, read_question
from projektbot.civic.groups.asking import ask, end, take_choices
from projektbot.civic.groups.counts import MOODS, counted, shown
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.poll_ids import polls_of, question_of_message, question_of_poll
from projektbot.civic.groups.queries import (
    QuestionRow,
    chats_of_project,
    count_voters,
    has_asked,
    open_polls,
    question_for_change,
    stored_question,
)
from projektbot.civic.groups.rules import (
    FEWEST_CHOICES,
    LONGEST_CHOICE,
    LONGEST_WORDS,
    MOST_CHOICES,
    MOST_OPEN_POLLS,
    Kind,
)
from projektbot.civic.groups.speaking import people_behind, speaker_of
from projektbot.civic.tx import Asked, Post, Tx
from projektbot.dialog.cleaning import is_visible
from projektbot.errors import Refused
from projektbot.texts import N_, NN_, Text

END = "poll_end"  # kind of the due rows
EXAMPLE = N_("/poll How do you like the new plan?")


def poll(here: Here, written: str) -> Post:
    """Ask what people think, of what they choose themselves or how they like it; or end a poll."""
    ending = poll_to_end(written)
    if ending is not None:
        return _end(here, _meant(here, ending))
    words, choices = read_question(written)
    if not is_visible(words) or len(words) > LONGEST_WORDS:
        raise Refused(N_("Please write a short question. For example: {example}", example=EXAMPLE))
    if choices and not (FEWEST_CHOICES <= len(choices) <= MOST_CHOICES and all(map(_fits, choices))):
        raise Refused(
            N_("Please write {least} to {most} choices, or none; each with at most {n} characters.",
               least=FEWEST_CHOICES, most=MOST_CHOICES, n=LONGEST_CHOICE)
        )  # fmt: skip
    if len(open_polls(here.tx.db, here.project)) >= MOST_OPEN_POLLS:
        raise Refused(N_("There are {n} open polls. Please end one first: {example}", n=MOST_OPEN_POLLS,
                         example=N_("/poll end")))  # fmt: skip
    post = _asked(here, ask(here, Kind.MOOD, words, choices or [""] * len(MOODS)))
    here.say_elsewhere(post)
    return post


def _fits(choice: str) -> bool:
    return is_visible(choice) and len(choice) <= LONGEST_CHOICE


def _asked(here: Here, question: QuestionRow) -> Post:
    post = shown(here.tx.db, here.zone, question)
    again = N_("Once more, please vote here: {question}", question=question.words)
    asked = Asked(Text("{it}", {"it": question.words}), again)
    return Post(post.text, post.buttons, poll=asked, shows=question.id)


# ---- how they stand --------------------------------------------------------------------------------------------------


def show(here: Here, written: str = "") -> Post:
    """Show the open polls and the common count; of a single one, or one that is named, also what can be chosen."""
    found = open_polls(here.tx.db, here.project)
    if not found:
        return Post(N_("No poll is open. A new one: {example}", example=EXAMPLE))
    if len(found) == 1 or written:
        return shown(here.tx.db, here.zone, _numbered(found, written or "1"))
    listed = [paragraphs(_title(place, one), _counts(here.tx.db, here.zone, one)) for place, one in enumerate(found, 1)]
    return Post(paragraphs(
        N_("These polls are open:"),
        *listed,
        N_("{one} shows one alone, so that you can answer it; {end} ends it.", one=N_("/polls 2"),
           end=N_("/poll end 2")),
    ))  # fmt: skip


def _title(place: int, question: QuestionRow) -> Text:
    return Text("{n}. {it}", {"n": place, "it": question.words})


def _counts(db: Connection, zone: ZoneInfo, question: QuestionRow) -> Text:
    return lines(*counted(db, zone, question))


def _numbered(found: Sequence[QuestionRow], written: str) -> QuestionRow:
    if not written.isdecimal() or not 1 <= int(written[:3]) <= len(found):
        raise Refused(N_("There is no such poll. {polls} shows those that are open.", polls=N_("/polls")))
    return found[int(written[:3]) - 1]


# ---- the end ---------------------------------------------------------------------------------------------------------


def _meant(here: Here, written: str) -> QuestionRow:
    """Return the poll that is to end: the one that is answered, or named by its number, or the only one."""
    found = open_polls(here.tx.db, here.project)
    answered = question_of_message(here.tx.db, here.tx.who.address_id, here.to)
    if answered is not None and not written:
        return _answered(found, answered)
    if not found:
        raise Refused(N_("No poll is open. A new one: {example}", example=EXAMPLE))
    if len(found) > 1 and not written:
        raise Refused(
            N_("Several polls are open. Answer the one you mean with {end}, or write its number from {polls} behind "
               "it.", end=N_("/poll end"), polls=N_("/polls"))
        )  # fmt: skip
    return _numbered(found, written or "1")


def _answered(found: Sequence[QuestionRow], question_id: int) -> QuestionRow:
    for one in found:
        if one.id == question_id:
            return one
    raise Refused(N_("This poll is over already."))


def _end(here: Here, found: QuestionRow) -> Post:
    question = question_for_change(here.tx.db, found.id)  # anew, since two may end it at once
    if question is None or question.ended_at is not None:
        raise Refused(N_("This poll is over already."))
    if not _may_end(here, question):
        raise Refused(N_("Only who asked, or who leads the project, can end a poll."))
    count_early(here, question.id)
    end(here, question)
    post = Post(_result(here.tx.db, here.zone, question), ends=question.id)
    here.say_elsewhere(post)
    return post


def _may_end(here: Here, question: QuestionRow) -> bool:
    asked = has_asked(here.tx.db, question.id, here.people, here.guest)
    return asked or speaker_of(here.tx.db, here.people, here.project) is not None


def _result(db: Connection, zone: ZoneInfo, question: QuestionRow) -> Text:
    voters = count_voters(db, question.id)
    return paragraphs(
        N_("The poll is over: {question}", question=question.words),
        _counts(db, zone, question),
        NN_("{n} person took part, in all chats of the project together.",
            "{n} people took part, in all chats of the project together.", voters),
    )  # fmt: skip


def tell_end(tx: Tx, subject: str) -> None:
    """Say in a chat that a poll is over, which had not arrived there yet when that was said elsewhere."""
    number, address_id = map(int, subject.split("|"))
    found = stored_question(tx.db, number)  # not locked, as in `counts.show_anew`
    if found is not None and address_id in chats_of_project(tx.db, found.project):
        tx.say(address_id, Post(_result(tx.db, tx.zone, found), ends=number))


# ---- votes -----------------------------------------------------------------------------------------------------------


def vote(here: Here, poll_id: str, places: Sequence[int]) -> bool:
    """Count what somebody has chosen in a messenger's poll; return whether that poll is one of ours at all.

    Nobody is told anything: the messenger shows it. What comes after the end, or from nobody, is not counted.
    """
    number = question_of_poll(here.tx.db, here.tx.who.address_id, poll_id)
    if number is None:
        return False
    question = question_for_change(here.tx.db, number)
    if question and question.project == here.project and question.ended_at is None and here.voter:
        valid = all(0 <= place < len(question.options) for place in places)
        take_choices(here, question, set(places[:1]) if valid else set())  # with a choice that there is not it is void
    return True


def count_early(here: Here, question: int) -> None:
    """Count the votes that came before we knew the polls that ask this; whoever calls holds the project."""
    db, who = here.tx.db, here.tx.who
    for address_id, channel, poll_id in polls_of(db, question):
        there = replace(here.tx, who=replace(who, address_id=address_id, channel=channel))
        for one in early.take(db, channel, poll_id):
            people = tuple(people_behind(db, channel, one.sender))
            vote(replace(here, tx=there, sender=one.sender, people=people), poll_id, one.places)
