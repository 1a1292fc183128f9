"""The pictures of projects, as dialogs show them: what somebody sent with an idea, and its content in words."""

from __future__ import annotations

from collections.abc import Mapping

from projektbot.civic.projects.queries import (
    FileRow,
    ProjectRow,
    files_of,
    picture_of,
    project_for_staff,
    public_project,
)
from projektbot.civic.projects.rules import reference
from projektbot.civic.seen import Calculate, Seen
from projektbot.dialog.model import Answers, Value
from projektbot.dialog.saying import Picture
from projektbot.dialog.session import Session
from projektbot.messages import Kind, Stored
from projektbot.texts import N_, Own, Text

LONGEST_ALT = 250  # characters of the sender's own words: screen readers read a description in one go


def _of_project(house: Seen, _session: Session, answers: Answers) -> Value:
    """Return the photo of a public project; not when its card is only shown again after something was done."""
    found = None if answers.get("again") else public_project(house.db, str(answers.get("ref", "")))
    photo = picture_of(house.db, found.number) if found else None
    return _picture(found, photo) if found and photo else None


def _for_staff(house: Seen, _session: Session, answers: Answers) -> Value:
    """Return the photo or voice note that came with an idea."""
    found = project_for_staff(house.db, house.person_id, str(answers.get("idea", "")))
    files = files_of(house.db, found.number) if found else []
    return _picture(found, files[0]) if found and files else None


def _picture(row: ProjectRow, file: FileRow) -> Picture:
    return Picture(Kind(file.kind), Stored(file.sha256, file.mime, file.size), _alt(row, file))


def _alt(row: ProjectRow, file: FileRow) -> Text:
    if file.caption and file.caption.strip():
        return Text("{it}", {"it": file.caption.strip()[:LONGEST_ALT]})
    named = {"ref": Own(reference(row.number)), "title": row.title}
    if file.kind == Kind.AUDIO:
        return N_("Voice note about {ref} {title}", **named)
    return N_("Photo of {ref} {title}", **named)


CALCULATES: Mapping[str, Calculate] = {"project_picture": _of_project, "staff_picture": _for_staff}
