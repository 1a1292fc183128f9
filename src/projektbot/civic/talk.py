"""What dialogs show of comments and of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from projektbot.civic import cards
from projektbot.civic.projects.comments import CommentRow, comment_by_id, comments_on, numbering_of
from projektbot.civic.projects.queries import ProjectRow, count_comments, project, public_project
from projektbot.civic.projects.reports import (
    FINE,
    HIDE,
    OFF,
    Reported,
    ReportRow,
    open_report,
    reported,
    reports_like,
)
from projektbot.civic.projects.rules import COMMENTS_A_PAGE, reference, row_named
from projektbot.civic.seen import Calculate, Provider, Seen
from projektbot.civic.staff.queries import areas_for, grants_of
from projektbot.civic.staff.rules import Duty, may
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.session import Session
from projektbot.texts import N_, NN_, Own, Text

MOST = 100  # in one list


# ---- comments --------------------------------------------------------------------------------------------------------


def _last_page(house: Seen, found: ProjectRow) -> int:
    return max(0, (count_comments(house.db, found.number) - 1) // COMMENTS_A_PAGE)


def _page(house: Seen, answers: Answers) -> tuple[ProjectRow | None, int, list[CommentRow]]:
    """Return the project, the page that is looked at (the newest is 0), and its comments."""
    found = public_project(house.db, str(answers.get("ref", "")))
    if found is None:
        return None, 0, []
    page = min(int(answers.get("page") or 0), _last_page(house, found))
    return found, page, comments_on(house.db, found.number, house.person_id, page)


def _numbering(house: Seen, _session: Session, answers: Answers) -> Value:
    found = public_project(house.db, str(answers.get("ref", "")))
    return numbering_of(house.db, found.number) if found else None


def _comments(house: Seen, _session: Session, answers: Answers) -> Value:
    found, page, rows = _page(house, answers)
    if found is None or not rows:
        return None
    pages = _last_page(house, found) + 1
    at = N_("Page {page} of {pages}", page=page + 1, pages=pages) if pages > 1 else None
    return cards.paragraphs(cards.titled(found), cards.talk(rows, house.zone), at)


def _earlier(house: Seen, _session: Session, answers: Answers) -> Value:
    return _page(house, answers)[1] + 1


def _later(house: Seen, _session: Session, answers: Answers) -> Value:
    return max(0, _page(house, answers)[1] - 1)


def _acts(house: Seen, _session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
    found, page, rows = _page(house, answers)
    if found is None:
        return []
    return [
        *([("earlier", N_("Earlier ones"))] if page < _last_page(house, found) else []),
        *([("later", N_("Later ones"))] if page else []),
        ("comment", N_("Say something about it")),
        *([("delete", N_("Delete one of mine"))] if any(row.mine for row in rows) else []),
        *([("report", N_("Report one of these"))] if any(not row.mine for row in rows) else []),
        ("back", N_("Back to the project")),
    ]


# ---- reports ---------------------------------------------------------------------------------------------------------


def _reports(house: Seen, _session: Session, _answers: Answers) -> Sequence[tuple[str, Text]]:
    found = reported(house.db, areas_for(house.db, house.person_id, Duty.SETTLE_REPORTS))
    return [(str(one.report), _named(one)) for one in found[:MOST]]


def _named(one: Reported) -> Text:
    title = one.title[: cards.LONGEST_TITLE - 10]
    named = {"ref": Own(reference(one.project)), "title": title}
    if one.comment is None:
        return NN_("{ref} {title}, {n} report", "{ref} {title}, {n} reports", one.times, **named)
    return N_("A comment on {ref} {title}", **named)


def _count_reports(house: Seen, _session: Session, _answers: Answers) -> Value:
    areas = areas_for(house.db, house.person_id, Duty.SETTLE_REPORTS)
    return None if areas == frozenset() else len(reported(house.db, areas))


def _wanted(house: Seen, answers: Answers) -> tuple[ReportRow, ProjectRow] | None:
    """Return a report that waits, and its project, if this person may settle it."""
    report = open_report(house.db, row_named(str(answers.get("report", ""))))
    found = project(house.db, report.project) if report else None
    if report is None or found is None:
        return None
    allowed = may(grants_of(house.db, house.person_id), Duty.SETTLE_REPORTS, found.area)
    return (report, found) if allowed else None


def _report_card(house: Seen, _session: Session, answers: Answers) -> Value:
    """Return what was reported, and why."""
    wanted = _wanted(house, answers)
    if wanted is None:
        return None
    report, found = wanted
    comment = comment_by_id(house.db, found.number, report.comment) if report.comment else None
    about = N_("The comment {number}:\n{words}", number=comment.number, words=comment.words) if comment else None
    why = [_why(row, house.zone) for row in reports_like(house.db, report)]
    said = about or Text("{it}", {"it": found.description})
    return cards.paragraphs(cards.lines(cards.titled(found), cards.where(found, house.city)), said, *why)


def _why(row: ReportRow, zone: ZoneInfo) -> Text:
    day = datetime.fromtimestamp(row.at / 1_000_000, UTC).astimezone(zone).date()
    return N_("Reported on {day}:\n{words}", day=day, words=row.words)


def _decisions(house: Seen, _session: Session, answers: Answers) -> Sequence[tuple[str, Text]]:
    wanted = _wanted(house, answers)
    if wanted is None:
        return []
    hide = [(HIDE, N_("Hide the comment"))] if wanted[0].comment else []
    return [(FINE, N_("It may stand")), *hide, (OFF, N_("Take the project off")), ("later", N_("Nothing now"))]


PROVIDERS: Mapping[str, Provider] = {"comment_acts": _acts, "reports": _reports, "decisions": _decisions}
CALCULATES: Mapping[str, Calculate] = {
    "comments_page": _comments,
    "comments_numbering": _numbering,
    "earlier_page": _earlier,
    "later_page": _later,
    "count_reports": _count_reports,
    "report_card": _report_card,
}
