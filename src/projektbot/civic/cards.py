"""How a project is shown in a chat: to whoever browses, to its author, to staff."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from projektbot.civic.city import City
from projektbot.civic.projects.comments import CommentRow
from projektbot.civic.projects.queries import (
    ProjectRow,
    Proposal,
    count_comments,
    proposal_for,
    support_of,
)
from projektbot.civic.projects.rules import FIELDS, STAGES, Stage, Step, reference
from projektbot.texts import N_, NN_, Money, Own, Param, Text

LONGEST_TITLE = 50  # characters on a button, beside the reference
DAY = 86_400_000_000  # microseconds

PROPOSED: dict[Step, Text] = {
    Step.PUBLISH: N_("Somebody proposes to publish it. A second person has to agree."),
    Step.ASK: N_("Somebody proposes to ask the author:"),
    Step.DECLINE: N_("Somebody proposes to decline it, for this reason:"),
    Step.MERGE: N_("Somebody proposes that it goes on together with {into}."),
    Step.ANSWER: N_("Somebody proposes this official answer:"),
}


def paragraphs(*texts: Text | None) -> Text:
    """Put texts under each other, with a line left free between them."""
    return _joined("\n\n", texts)


def lines(*texts: Text | None) -> Text:
    """Put texts under each other."""
    return _joined("\n", texts)


def _joined(between: str, texts: tuple[Text | None, ...]) -> Text:
    said = [text for text in texts if text is not None]
    return Text(between.join(f"{{t{index}}}" for index in range(len(said))), {f"t{i}": t for i, t in enumerate(said)})


def own(words: str) -> Text:
    """Return words of ours that nobody translates."""
    return Text("{it}", {"it": Own(words)})


def titled(row: ProjectRow) -> Text:
    """Return a project's reference and title."""
    return N_("{ref} {title}", ref=Own(reference(row.number)), title=row.title)


def with_area(row: ProjectRow, city: City) -> Text:
    """Return a project's reference and title with its area, on one line."""
    return N_("{ref} {title} ({area})", ref=Own(reference(row.number)), title=row.title, area=_area(row, city))


def on_button(row: ProjectRow) -> Text:
    """Return a project's reference and title, short enough for a button."""
    title = row.title if len(row.title) <= LONGEST_TITLE else f"{row.title[: LONGEST_TITLE - 1]}…"
    return N_("{ref} {title}", ref=Own(reference(row.number)), title=title)


def where(row: ProjectRow, city: City) -> Text:
    """Return the field and the area of a project."""
    return N_("{field}, {area}", field=FIELDS.get(row.field, FIELDS["other"]), area=_area(row, city))


def _area(row: ProjectRow, city: City) -> str:
    names = {area.code: area.name for area in city.areas}
    return names.get(row.area, row.area)  # an area that the city does not have any more keeps its code


def card(db: Connection, row: ProjectRow, city: City) -> Text:
    """Return a public project as everybody may see it."""
    supporters, comments = support_of(db, row.number), count_comments(db, row.number)
    return paragraphs(
        lines(titled(row), where(row, city)),
        _it(row.description),
        lines(_cost(row), _supported(supporters), _commented(comments)),
        N_("The city’s answer:\n{answer}", answer=row.answer) if row.answer else None,
    )


def status(db: Connection, row: ProjectRow) -> Text:
    """Return how a public project stands, in few words."""
    return lines(titled(row), _supported(support_of(db, row.number)))


def _supported(n: int) -> Text:
    if n == 0:
        return N_("Nobody has supported it yet.")
    return NN_("{n} person supports it.", "{n} people support it.", n)


def _commented(n: int) -> Text | None:
    return NN_("{n} comment", "{n} comments", n) if n else None


def _cost(row: ProjectRow) -> Text | None:
    if row.cost_cents is None:
        return None
    return N_("Rough cost: {cost}", cost=Money(row.cost_cents, row.currency or "EUR"))


def _it(words: str | None) -> Text | None:
    return Text("{it}", {"it": words}) if words else None


def staff_card(db: Connection, row: ProjectRow, city: City, now: datetime) -> Text:
    """Return an idea as staff see it, with what somebody proposes to do with it."""
    proposal = proposal_for(db, row.number)
    return paragraphs(
        lines(titled(row), where(row, city), _waits(row, city, now)),
        N_("It is about: {service}", service=row.service) if row.service else None,
        _it(row.description),
        lines(_cost(row), N_("Own part: {words}", words=row.contribution) if row.contribution else None)
        if row.contribution or row.cost_cents is not None
        else None,
        _proposed(proposal) if proposal else None,
    )


def _waits(row: ProjectRow, city: City, now: datetime) -> Text | None:
    if row.waits_since is None:
        return None
    days = int(now.timestamp() * 1_000_000 - row.waits_since) // DAY
    if days > city.answer_days:
        return NN_(
            "Waiting for {n} day: longer than promised!",
            "Waiting for {n} days: longer than promised!",
            days,
        )
    return NN_("Waiting for {n} day.", "Waiting for {n} days.", days) if days else N_("Arrived today.")


def _proposed(proposal: Proposal) -> Text:
    text = PROPOSED[Step(proposal.step)]
    into = reference(proposal.into) if proposal.into else ""
    return lines(Text(text.msgid, {"into": Own(into)} if into else {}), _it(proposal.words))


def author_card(row: ProjectRow, zone: ZoneInfo) -> Text:
    """Return an idea as its author sees it: how it stands, and what staff wrote."""
    sent = datetime.fromtimestamp(row.created_at / 1_000_000, UTC).astimezone(zone).date()
    stage = Stage(row.stage)
    return paragraphs(
        N_("{idea} {stage}.", idea=titled(row), stage=STAGES[stage]),
        N_("You sent it on {day}.", day=sent),
        N_("The question to you:\n{question}", question=row.words or "") if stage is Stage.ASKED else None,
        N_("The reason:\n{reason}", reason=row.words or "") if stage is Stage.DECLINED else None,
        N_("It goes on as {into}.", into=Own(reference(row.merged_into))) if row.merged_into else None,
        N_("The city’s answer:\n{answer}", answer=row.answer) if row.answer else None,
    )


def talk(rows: list[CommentRow], zone: ZoneInfo) -> Text:
    """Return comments, each with its number and day; those of the project's author and the reader's are marked."""
    return paragraphs(*[_comment(row, zone) for row in rows])


def _comment(row: CommentRow, zone: ZoneInfo) -> Text:
    day = datetime.fromtimestamp(row.at / 1_000_000, UTC).astimezone(zone).date()
    said: dict[str, Param] = {"number": row.number, "day": day, "words": row.words}
    if row.mine:
        return N_("{number}) {day}, from you:\n{words}", **said)
    if row.ours:
        return N_("{number}) {day}, from the author:\n{words}", **said)
    return N_("{number}) {day}:\n{words}", **said)
