"""What people do in a group: commands with all they need behind them, and buttons; nothing is asked step by step there.

Several people talk at once in a group, so nobody is in the middle of anything: each act stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import orjson

from projektbot.civic import cards
from projektbot.civic.groups import (
    asking,
    binding,
    copies,
    counts,
    decisions,
    early,
    meetings,
    poll_ids,
    polls,
    reactions,
    relay,
    tasks,
)
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import project_of_chat, thread_of_chat
from projektbot.civic.groups.rules import ASKED_AT_ONCE, OFF, BindOutcome
from projektbot.civic.groups.speaking import people_behind
from projektbot.civic.projects.rules import reference, row_named
from projektbot.civic.tx import Post, Said, Tx, Who, let_be_due
from projektbot.dialog.book import spelled
from projektbot.dialog.cleaning import clean
from projektbot.dialog.session import Session
from projektbot.errors import Refused
from projektbot.i18n import harmless
from projektbot.messages import Command, Event, Gone, Inbound, Letter, Odd, Tap, Vote, Words, outgoing_from
from projektbot.texts import N_, Own, Text
from projektbot.turns import notices, paces, relaying, rows
from projektbot.turns.paces import Pace
from projektbot.turns.rendering import Where, token_of, written
from projektbot.turns.unsettled import Unsettled

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch, Conversation
    from projektbot.turns.rows import Found


# ---- commands --------------------------------------------------------------------------------------------------------


def _team(here: Here, written: str) -> Post:
    if written.casefold() in OFF:
        return binding.unbind(here)
    return binding.bind(here, written) if written else _show_help(here)


def _show_help(here: Here, _written: str = "") -> Post:
    if not here.project:
        return Post(binding.REFUSALS[BindOutcome.UNKNOWN]("", here))
    ref = Own(reference(here.project))
    return Post(cards.paragraphs(
        N_("This is the group of {ref}. What is written here I show in the project's other chat too.", ref=ref)
        if relay.is_on(here.tx.db, here.project) else
        N_("This is the group of {ref}. I read only what begins with a command, and answers to me.", ref=ref),
        cards.lines(
            N_("/task Buy wood @ben until Friday – write down what is to be done; as the answer to a message without "
               "words of its own, that message is the task"),
            N_("/tasks – all open tasks"),
            N_("/meeting Planning; Friday 18:00; Saturday 10:00 – find a date"),
            N_("/poll Which colour?; green; red – ask what people think; everybody sees who says what"),
            N_("/polls – how the open polls stand; /poll end – end one"),
            N_("/decide Do we buy the wood? until Friday – a vote of the team that binds"),
            N_("/relay on – show what is written here in the chat on the other messenger too, and the reverse"),
            N_("/delete – as an answer to your own message: delete it in the other chat"),
            N_("/language – the language in which I speak here"),
            N_("/team off – separate this group from the project"),
        ),
    ))  # fmt: skip


UNBOUND: Mapping[str, Callable[[Here, str], Post]] = {"team": _team, "help": _show_help, "start": _show_help}
BOUND: Mapping[str, Callable[[Here, str], Post]] = {
    "task": tasks.add,
    "tasks": tasks.show,
    "meeting": meetings.meeting,
    "fix": meetings.fix_newest,
    "poll": polls.poll,
    "polls": polls.show,
    "decide": decisions.decide,
    "relay": relay.relay,
}
# Buttons: `kind|number|what`.
TAPS: Mapping[str, Callable[[Here, int, str], Post]] = {
    tasks.TICK: tasks.tick,
    counts.CHOOSE: asking.choose,
    counts.FIX: meetings.fix,
}
DUE: Mapping[str, Callable[[Tx, str], None]] = {
    tasks.REMIND: tasks.remind,
    meetings.REMIND: meetings.remind,
    counts.STAND: counts.show_anew,
    polls.END: polls.tell_end,
    decisions.END: decisions.end,
    binding.CLOSED_TO_US: binding.tell_closed,
}

LONGEST_SENDER: Final = 255  # characters: of a column
AGAIN_AFTER: Final = 30_000_000  # microseconds until we look again whether a message has arrived
TOO_MUCH = N_("That was a lot at once, and I cannot keep up. In three minutes I listen to you here again; please "
              "repeat then what comes in between.")  # fmt: skip

# What the commands are called in other languages: in German /task is /aufgabe.
SPELLED = (
    N_("/team"), N_("/task"), N_("/tasks"), N_("/meeting"), N_("/poll"), N_("/polls"), N_("/decide"),
    N_("/language"), N_("/help"), N_("/start"), N_("/relay"), N_("/delete"), N_("/fix"),
)  # fmt: skip


def _commands(batch: Batch) -> dict[str, str]:
    languages = batch.world.languages
    names = {spelled(text.msgid): spelled(text.msgid) for text in SPELLED}
    return {
        spelled(languages.form(text, locale)): spelled(text.msgid) for text in SPELLED for locale in languages.locales
    } | names


# ---- one act ---------------------------------------------------------------------------------------------------------


def take(batch: Batch, conversation: Conversation, inbound: Inbound, event: Event, *, patient: bool) -> Letter | None:
    """Do what somebody asks for in a group; return the answer, if it was meant for us at all."""
    if relaying.concerns(batch, conversation.found, inbound, event, patient=patient):
        return relaying.pass_on(batch, conversation.found, inbound, event, patient=patient)
    here = _here(batch, conversation, inbound)
    if isinstance(event, Vote):
        _vote(batch, here, event, patient=patient)
        return None
    if not isinstance(event, Command | Tap | Words):
        return _act(batch, conversation, here, inbound, event, patient=patient)
    address_id, who = conversation.found.address_id, f"={inbound.sender}"[:LONGEST_SENDER]
    count = paces.judged(batch, address_id, who, ASKED_AT_ONCE)
    if count.pace is Pace.GOOD:
        letter = _act(batch, conversation, here, inbound, event, patient=patient)
    else:
        letter = _say_rest(batch, conversation, inbound) if count.pace is Pace.TOO_MUCH else None
    paces.note(batch, address_id, who, count)
    return letter


def _act(
    batch: Batch, conversation: Conversation, here: Here, inbound: Inbound, event: Event, *, patient: bool
) -> Letter | None:
    if isinstance(event, Gone):
        return _withdraw(batch, conversation, here, event.message)
    event = _as_meant(batch, conversation, event, patient=patient)
    try:
        post = _done(batch, here, event, patient=patient)
    except Refused as refusal:
        post, event = Post(refusal.text), Odd("refused")
    notices.tell(batch, here.tx.notices)
    say(batch, here.tx.said)
    if post is None:
        return None
    replaces = _replaced(batch, here, event.message) if isinstance(event, Tap) else ""
    where = Where(post.media, replaces, "" if replaces else inbound.message, inbound.thread)
    return _post(batch, conversation.found, conversation.session, post, where, "receipt")


def _withdraw(batch: Batch, conversation: Conversation, here: Here, reaction: str) -> Letter | None:
    """Take back what somebody had chosen by a reaction that is gone; nobody is told more than how it stands now."""
    message = reactions.message_of(batch.db, here.tx.who.address_id, reaction)
    if not message or not (here := binding.held(here)).project:
        return None
    post = asking.withdraw(here, reaction)
    if post is None:
        return None
    where = Where(replaces=_replaced(batch, here, message))
    return _post(batch, conversation.found, conversation.session, post, where, "receipt") if where.replaces else None


def _say_rest(batch: Batch, conversation: Conversation, inbound: Inbound) -> Letter:
    where = Where(reply_to=inbound.message, thread=inbound.thread)
    return _post(batch, conversation.found, conversation.session, Post(TOO_MUCH), where, "receipt")


def _replaced(batch: Batch, here: Here, message: str) -> str:
    """Return which of our messages the answer takes the place of: never that of a poll, which goes on beside it."""
    is_poll = poll_ids.question_of_message(batch.db, here.tx.who.address_id, message) is not None
    return "" if is_poll else message


def _vote(batch: Batch, here: Here, vote: Vote, *, patient: bool) -> None:
    """Count a vote in a messenger's poll, which nobody answers; it may have come before we know what poll that is."""
    address_id = here.tx.who.address_id
    here = binding.held(here)  # first, as whoever counts early votes does
    early.forget(batch.db, here.tx.who.channel, vote.poll, here.sender)
    if not polls.vote(here, vote.poll, vote.options) and patient and rows.is_being_told(batch.db, address_id, batch.at):
        raise Unsettled


def _post(batch: Batch, found: Found, session: Session, post: Post, where: Where, kind: str) -> Letter:
    """Put a post into the outbox, in the language of its group, and note the polls that it asks or ends."""
    locale = locale_of(batch, session.locale, chosen=session.chosen)
    ends = poll_ids.messages_of_question(batch.db, found.address_id, post.ends) if post.ends else ()
    if post.ends and not ends:
        _is_for_later(batch, found, post)
    where = where._replace(poll=post.poll, ends=ends)
    letter = batch.post(found, batch.renderer.text(post.text, locale, post.buttons, where=where), kind)
    if post.shows:
        poll_ids.note_letter(batch.db, post.shows, found.address_id, letter.id)
    return letter


def _here(batch: Batch, conversation: Conversation, inbound: Inbound) -> Here:
    found, session = conversation.found, conversation.session
    people = tuple(people_behind(batch.db, found.channel, inbound.sender))
    locale = locale_of(batch, session.locale, chosen=session.chosen)
    who = Who(people[0] if people else 0, found.session_id, found.address_id, found.channel, locale)
    tx = Tx(batch.db, batch.now, who, batch.world.city, batch.world.languages.zone)
    project = project_of_chat(batch.db, found.address_id) or 0
    world, event = batch.world, inbound.event
    to, quoted = (event.to, clean(harmless(event.quoted))) if isinstance(event, Command) else ("", "")
    return Here(tx, project, inbound.sender, people, world.languages.zone, world.keep, inbound.thread, to, quoted)


def locale_of(batch: Batch, locale: str, *, chosen: bool) -> str:
    """Return the language of a group: the one that was chosen for it, else the city's."""
    return locale if chosen else batch.world.languages.default


def _as_meant(batch: Batch, conversation: Conversation, event: Event, *, patient: bool) -> Event:
    """Take a number that answers one of our messages for the button of that number."""
    number = row_named(event.text.strip()) if isinstance(event, Words) else 0
    if not isinstance(event, Words) or not event.to or not number:
        return event
    token = token_of(batch.told(conversation.found.address_id, event.to, patient=patient), number)
    return Tap(token, event.to) if token else event


def _done(batch: Batch, here: Here, event: Event, *, patient: bool) -> Post | None:
    match event:
        case Command(name, _, to) if _known(batch, name) == "delete" and here.project:
            return _take_back(batch, here, to, patient=patient)
        case Command(name, argument):
            return _commanded(batch, here, name, clean(harmless(argument)))
        case Tap(token):
            return _tapped(replace(here, to=event.message, reaction=event.reaction), token)
        case Words():
            return _show_help(here)
        case Odd("upgraded") if here.project:
            binding.tell_shut_out(here.tx, here.project)
    return None  # a sticker, a correction, a file: not for us, and silence is what a group expects


def _commanded(batch: Batch, here: Here, name: str, argument: str) -> Post:
    known = _known(batch, name)
    if known == "language" and here.project:
        return _speak(batch, here, argument)
    if known in UNBOUND:
        return UNBOUND[known](here, argument)
    if known in BOUND and (here := binding.held(here)).project:
        return BOUND[known](here, argument)
    return _show_help(here)


def _known(batch: Batch, name: str) -> str:
    return _commands(batch).get(spelled(name), "")


def _take_back(batch: Batch, here: Here, message: str, *, patient: bool) -> Post:
    """Delete in the other chat what somebody wrote in this one."""
    own = [copy for copy in copies.copies_of(batch.db, here.tx.who.address_id, message) if copy.sender == here.sender]
    if not own:
        raise Refused(N_("Please answer your own message with /delete, within two days: then I delete it in the other "
                         "chat. I know no message of yours here that I have passed on."))  # fmt: skip
    relaying.take_back(batch, own, patient=patient)
    return Post(N_("It is deleted in the other chat, unless it is too old there. Here you can delete it yourself."))


def _speak(batch: Batch, here: Here, wanted: str) -> Post:
    """Let the group speak another language."""
    languages = batch.world.languages
    if wanted.casefold() not in languages.locales:
        choices = Own(", ".join(f"/language {locale}" for locale in languages.locales))
        raise Refused(N_("Please write which language I should speak here: {choices}", choices=choices))
    here.need_speaker()
    conversation = batch.by_session[here.tx.who.session_id]
    conversation.session = replace(conversation.session, locale=wanted.casefold(), chosen=True)
    conversation.changed = True
    return Post(N_("All right. From now on I speak English here."))


def _tapped(here: Here, token: str) -> Post:
    kind, _, rest = token.partition("|")
    number, _, what = rest.partition("|")
    if kind not in TAPS or not row_named(number) or not (here := binding.held(here)).project:
        raise Refused(N_("This button belongs to something that is over."))
    return TAPS[kind](here, row_named(number), what)


# ---- what nobody there has just asked for ----------------------------------------------------------------------------


def say(batch: Batch, said: Sequence[Said]) -> list[Letter]:
    """Put what is said in groups into the outbox; where we were taken out nothing is said."""
    letters = []
    for one in said:
        found = rows.by_address(batch.db, one.address_id)
        if found and not found.blocked:
            known = batch.by_session.get(found.session_id)
            session = known.session if known else batch.kept.read(found.session_id, found.state)
            letters += _say(batch, found, session, one.post)
    return letters


def _say(batch: Batch, found: Found, session: Session, post: Post) -> list[Letter]:
    if _is_for_later(batch, found, post):
        return []
    if post.anew:
        return _show_anew(batch, found, session, post)
    where = Where(post.media, thread=thread_of_chat(batch.db, found.address_id))
    return [_post(batch, found, session, post, where, "notice")]


def _is_for_later(batch: Batch, found: Found, post: Post) -> bool:
    """Say whether a post is about a message that has not arrived yet; then it is said once that has."""
    put = poll_ids.put_in(batch.db, found.address_id, post.shows if post.anew else post.ends)
    if put is None or not put.is_open:
        return False
    kind, subject = (counts.STAND, str(post.shows)) if post.anew else (polls.END, f"{post.ends}|{found.address_id}")
    let_be_due(batch.db, kind, subject, batch.at + AGAIN_AFTER)
    return True


def _show_anew(batch: Batch, found: Found, session: Session, post: Post) -> list[Letter]:
    """Edit the message that puts a question, unless it is a poll of the messenger's, or says this already."""
    put = poll_ids.put_in(batch.db, found.address_id, post.shows)
    if put is None or put.poll or not put.message:
        return []
    locale = locale_of(batch, session.locale, chosen=session.chosen)
    message = batch.renderer.text(post.text, locale, post.buttons).message
    said = rows.sent_message(batch.db, found.address_id, put.message)
    if said and outgoing_from(orjson.loads(said)).parts == message.parts:
        return []
    anew = written(replace(message, replaces=put.message, or_nothing=True))
    return [batch.post(found, anew, "notice")]


def count_early(batch: Batch, poll: str) -> None:
    """Count the votes that came before a poll of a messenger was known."""
    for channel in early.channels(batch.db, poll):
        if chat := poll_ids.chat_of_poll(batch.db, channel, poll):
            of_nobody = Inbound(channel, "", chat, Vote(poll), private=False)
            batch.load([of_nobody])
            # held before the votes are taken, as by whoever votes right now
            here = binding.held(_here(batch, batch.conversation(of_nobody), of_nobody))
            question = poll_ids.question_of_poll(batch.db, here.tx.who.address_id, poll)
            if question is not None:
                polls.count_early(here, question)


def wake(batch: Batch, kind: str, subject: str) -> list[Letter]:
    """Carry out what was due in groups; return the letters."""
    tx = of_nobody(batch)
    DUE[kind](tx, subject)
    notices.tell(batch, tx.notices)
    return say(batch, tx.said)


def note_presence(batch: Batch, found: Found, *, here: bool) -> None:
    """Tell who leads the project when we are taken out of its group, and the group when we are back."""
    number = project_of_chat(batch.db, found.address_id)
    if number is None or here is not found.blocked:
        return
    if not here:
        tx = of_nobody(batch)
        binding.tell_gone(tx, number, found.address_id)
        notices.tell(batch, tx.notices)
        say(batch, tx.said)
        return
    back: Text = N_("I am here again. This is still the group of {ref}.", ref=Own(reference(number)))
    say(batch, [Said(found.address_id, Post(back))])


def of_nobody(batch: Batch) -> Tx:
    """Return what an action gets for which nobody is there."""
    return Tx(batch.db, batch.now, Who(0, 0, 0, "", ""), batch.world.city, batch.world.languages.zone)
