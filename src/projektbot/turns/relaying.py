"""Plain messages of a group, passed on to the other chat of its project where the lead has switched that on.

They take the road of everything else: the message and what shows it elsewhere are one transaction, and its letter is a
notice, so that it keeps its place in the chat. Nobody is answered: silence is what a group expects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from projektbot.civic.groups import copies, relay
from projektbot.civic.groups.copies import Copy
from projektbot.civic.groups.plain import LONGEST_CAPTION, LONGEST_WORDS, shown_name, shown_words
from projektbot.civic.groups.queries import project_of_chat, thread_of_chat
from projektbot.civic.groups.rules import RELAY_ALL_AT_ONCE, RELAY_AT_ONCE
from projektbot.i18n import FSI, PDI
from projektbot.messages import (
    Edited,
    Event,
    Gone,
    Inbound,
    Kind,
    Letter,
    Media,
    Odd,
    Outgoing,
    Part,
    Shared,
    Style,
    Upload,
    Words,
)
from projektbot.texts import N_, Place, Text
from projektbot.turns import paces, rows
from projektbot.turns.paces import Pace
from projektbot.turns.rendering import written
from projektbot.turns.rows import Found
from projektbot.turns.unsettled import Unsettled

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch

SOMEBODY = N_("Somebody")
TOO_MUCH = N_("That is more than I can pass on to the other chat. I pause for three minutes; what is written here "
              "meanwhile is not shown there.")  # fmt: skip
# What is not passed on is named, so that an answer to it is understood.
UNSHOWN: Mapping[str, Text] = {
    "voice": N_("(a voice message, to be heard in the other chat)"),
    "audio": N_("(a voice message, to be heard in the other chat)"),
    "video": N_("(a video, to be seen in the other chat)"),
    "video_note": N_("(a video, to be seen in the other chat)"),
    "animation": N_("(a moving picture, to be seen in the other chat)"),
    "sticker": N_("(a sticker)"),
    "poll": N_("(a poll of the messenger, to be answered in the other chat)"),
    "image": N_("(a photo, to be seen in the other chat)"),
    "file": N_("(a file, to be found in the other chat)"),
    "document": N_("(a file, to be found in the other chat)"),
}
SOMETHING = N_("(something that can only be shown in the other chat)")
FORWARDED = N_("(forwarded)")  # a messenger shows it beside the name, so these are not the words of who is named
SEPARATOR = ": "


def concerns(batch: Batch, found: Found, inbound: Inbound, event: Event, *, patient: bool) -> bool:
    """Say whether something said in a group is for the other chat rather than for us.

    That is what nobody said to us, and an answer to a message that we have passed on: messengers take it for one to us.
    What was deleted is for it if it was passed on; else it may be a reaction.
    """
    if isinstance(event, Gone):
        return bool(copies.copies_of(batch.db, found.address_id, event.message))
    if inbound.overheard or not inbound.name:  # a name is given only where messages are passed on
        return inbound.overheard
    match event:
        case Words(to=to) | Upload(to=to) | Odd(to=to) if to:
            return _is_copy(batch, found, to, patient=patient)
        case Edited(message):
            return bool(copies.copies_of(batch.db, found.address_id, message))
    return False


def _is_copy(batch: Batch, found: Found, message: str, *, patient: bool) -> bool:
    if batch.told(found.address_id, message, patient=patient) is None:
        return False
    return copies.original_of(batch.db, found.address_id, message) is not None


def pass_on(batch: Batch, found: Found, inbound: Inbound, event: Event, *, patient: bool) -> Letter | None:
    """Show in the other chat what was said, corrected or deleted here; return the letter."""
    project = project_of_chat(batch.db, found.address_id)
    if project is None or not relay.is_on(batch.db, project):
        return None  # switched off while this was on its way
    match event:
        case Edited(message, text):
            return _correct(batch, found, inbound, message, text, patient=patient)
        case Gone(message):
            letters = take_back(batch, copies.copies_of(batch.db, found.address_id, message), patient=patient)
            return letters[0] if letters else None
    thread = thread_of_chat(batch.db, found.address_id)
    if thread and inbound.thread != thread:
        return None  # another topic than the project's
    return _show(batch, found, inbound, event, patient=patient)


# ---- new messages ----------------------------------------------------------------------------------------------------


def _show(batch: Batch, found: Found, inbound: Inbound, event: Event, *, patient: bool) -> Letter | None:
    there = [rows.by_address(batch.db, address_id) for address_id in copies.partners_of(batch.db, found.address_id)]
    others = [other for other in there if other and not other.blocked]
    if not others or not inbound.message or not _has_content(event):
        return None
    answered = _answered(batch, found, event, patient=patient)
    if (too_much := _pace(batch, found, inbound)) is not None:
        return too_much.letter
    letters = [_show_in(batch, other, inbound, event, answered.get(other.address_id, "")) for other in others]
    batch.put_posts()
    for letter in letters:
        copies.note(batch.db, found.address_id, inbound.message, inbound.sender, letter.id, batch.at)
    return letters[0]


def _has_content(event: Event) -> bool:
    return bool(shown_words(event.text)) if isinstance(event, Words) else isinstance(event, Upload | Shared | Odd)


def _answered(batch: Batch, found: Found, event: Event, *, patient: bool) -> dict[int, str]:
    """Return by address which message there is the one that this answers; raises Unsettled while one has no id yet."""
    to = event.to if isinstance(event, Words | Upload | Odd) else ""
    if not to:
        return {}
    if original := copies.original_of(batch.db, found.address_id, to):
        return dict([original])
    shown = copies.copies_of(batch.db, found.address_id, to)
    if patient and any(copy.state in copies.OPEN and not copy.platform_id for copy in shown):
        raise Unsettled
    return {copy.address_id: copy.platform_id for copy in shown if copy.platform_id}


def _show_in(batch: Batch, other: Found, inbound: Inbound, event: Event, answered: str) -> Letter:
    locale = _locale(batch, other)
    said, media = _content(batch, event, locale)
    words = batch.renderer.languages.words
    name = shown_name(inbound.name) or words(SOMEBODY, locale)
    passed = f" {words(FORWARDED, locale)}" if inbound.forwarded else ""
    lead = [Part(passed + (SEPARATOR if said else ""))] if said or passed else []
    parts = (Part(f"{FSI}{name}{PDI}", Style.BOLD), *lead, *([said] if said else []))
    message = Outgoing(
        parts, media=media, reply_to=answered, lang=locale, thread=thread_of_chat(batch.db, other.address_id),
        whole=True,
    )  # fmt: skip
    return batch.post(other, written(message), "notice")


def _locale(batch: Batch, other: Found) -> str:
    known = batch.by_session.get(other.session_id)
    session = known.session if known else batch.kept.read(other.session_id, other.state)
    return session.locale if session.chosen else batch.world.languages.default


def _content(batch: Batch, event: Event, locale: str) -> tuple[Part | None, Media | None]:
    words = batch.renderer.languages.words
    match event:
        case Words(text):
            return Part(shown_words(text), Style.SAID), None
        case Upload(Kind.IMAGE, caption=caption, file=file) if file:
            said = shown_words(caption, LONGEST_CAPTION)
            return Part(said, Style.SAID) if said else None, Media(Kind.IMAGE, file)
        case Upload(kind):
            return Part(words(UNSHOWN[kind], locale)), None
        case Shared(lat, lon):
            return Part(words(N_("(a place: {place})", place=Place(lat, lon)), locale)), None
        case Odd(what):
            return Part(words(UNSHOWN.get(what, SOMETHING), locale)), None
    raise TypeError("nothing that is said")


# ---- not too much ----------------------------------------------------------------------------------------------------


class TooMuch:
    """A message that is not passed on; the first of a row has a word about it."""

    def __init__(self, letter: Letter | None) -> None:
        self.letter = letter


def _pace(batch: Batch, found: Found, inbound: Inbound) -> TooMuch | None:
    """Count a message; return what to do if there have been too many, of one person or of all."""
    for sender, at_once in ((inbound.sender or "-", RELAY_AT_ONCE), ("", RELAY_ALL_AT_ONCE)):
        pace = paces.note(batch, found.address_id, sender, paces.judged(batch, found.address_id, sender, at_once))
        if pace is not Pace.GOOD:
            return TooMuch(_say_so(batch, found) if pace is Pace.TOO_MUCH else None)
    return None


def _say_so(batch: Batch, found: Found) -> Letter:
    return batch.post(found, batch.renderer.text(TOO_MUCH, _locale(batch, found)), "notice")


# ---- corrections and deletions ---------------------------------------------------------------------------------------


def _correct(batch: Batch, found: Found, inbound: Inbound, message: str, text: str, *, patient: bool) -> Letter | None:
    """Let our messages say what a message says now. One that has not left yet leaves as it should be."""
    own = [copy for copy in copies.copies_of(batch.db, found.address_id, message) if copy.sender == inbound.sender]
    _await(own, patient=patient)
    changed = [(copy, new) for copy in own if (new := _corrected(copy, text)) is not None]
    if changed and (too_much := _pace(batch, found, inbound)) is not None:
        return too_much.letter
    letters = [letter for copy, new in changed if (letter := _say_anew(batch, copy, new))]
    return letters[0] if letters else None


def _say_anew(batch: Batch, copy: Copy, new: Outgoing) -> Letter | None:
    other = rows.by_address(batch.db, copy.address_id)
    recalled = copies.recall(batch.db, copy.outbox_id)
    if other is None or other.blocked or not (recalled or copy.platform_id):
        return None
    replaces = copy.message.replaces if recalled else copy.platform_id
    letter = batch.post(other, written(replace(new, replaces=replaces, or_nothing=bool(replaces))), "notice")
    batch.put_posts()
    copies.put_in_place(batch.db, copy, letter.id)
    return letter


def _corrected(copy: Copy, text: str) -> Outgoing | None:
    """Return what a copy should say now; None if it has no words of theirs, or says it already."""
    name, *rest = copy.message.parts
    if rest and rest[-1].style is not Style.SAID:  # not theirs, or only forwarded, which nobody can correct
        return None
    said = shown_words(text, LONGEST_CAPTION if copy.message.media else LONGEST_WORDS)
    parts = (name, Part(SEPARATOR), Part(said, Style.SAID)) if said else (name,)
    return None if parts == copy.message.parts else replace(copy.message, parts=parts)


def take_back(batch: Batch, own: list[Copy], *, patient: bool) -> list[Letter]:
    """Take our messages away, and what they said; those that have not left yet never leave."""
    _await(own, patient=patient)
    letters = []
    for copy in own:
        other = rows.by_address(batch.db, copy.address_id)
        if not copies.recall(batch.db, copy.outbox_id) and not copy.platform_id and copy.is_on_its_way:
            continue  # with the messenger for longer than anybody waits: whoever wants it gone may ask once more
        if other and not other.blocked and copy.platform_id:
            letters.append(batch.post(other, written(Outgoing((), removes=copy.platform_id)), "notice"))
        copies.forget(batch.db, copy)
    return letters


def _await(own: list[Copy], *, patient: bool) -> None:
    if patient and any(copy.is_on_its_way for copy in own):
        raise Unsettled
