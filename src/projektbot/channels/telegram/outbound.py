"""Our messages as calls to the Bot API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from projektbot.channels.telegram.texts import entities, pieces, shortened, units
from projektbot.messages import Choice, Kind, Limits, Media, Outgoing, Part

LABEL = 60  # longer labels are cut by phones without a mark
NARROW = 16  # two labels of this length share a row on a small phone
ASIDES = 32  # characters of asides in one row, for the same reason
FREE_RATE = 30.0  # messages a second, Bot API 10.1 sendMessage allow_paid_broadcast
MAX_PHOTO_BYTES = 10_000_000  # Bot API 10.1 sendPhoto
PHOTOS = ("image/jpeg", "image/png", "image/webp")
# Bot API 10.1 sendVoice: only OGG/Opus shows as a voice note we can be sure of; sendAudio takes MP3 and M4A.
VOICES = ("audio/ogg", "audio/opus")
TRACKS = ("audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a")
QUESTION, OPTION = 300, 100  # characters of a poll, Bot API 10.1 sendPoll
NO_PREVIEW = {"is_disabled": True}


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the Bot API. `media`, if any, is uploaded as the parameter `slot`."""

    method: str
    parameters: dict[str, Any]
    media: Media | None = None
    slot: str = ""


def calls(chat: str, message: Outgoing, limits: Limits) -> list[Call]:
    """Return the calls that send a message, in order: the reply on the first, the buttons on the last.

    Of a message with a poll these are the ones that say the same in words.
    """
    made = list(_with_media(message, message.media, limits) if message.media else _texts(message.parts, limits))
    made = [_adding(call, _address(chat, limits) | _topic(message)) for call in made]
    made[0] = _adding(made[0], _reply(message))
    if message.choices:
        made[-1] = _adding(made[-1], {"reply_markup": keyboard(message.choices)})
    return made


def asking(chat: str, message: Outgoing, limits: Limits) -> Call | None:
    """Return the call that asks a message's poll, or None if it has none.

    Not anonymously: of an anonymous poll Telegram tells us only the sums, and whoever is there on two messengers would
    count twice.
    """
    asked = message.poll
    if asked is None:
        return None
    parameters = {
        **_address(chat, limits),
        **_topic(message),
        **_reply(message),
        "question": shortened(asked.question, QUESTION),
        "options": [{"text": shortened(option, OPTION)} for option in asked.options],
        "is_anonymous": False,
        "allows_multiple_answers": False,
    }
    return Call("sendPoll", parameters)


def ends_of_polls(chat: str, message: Outgoing) -> list[Call]:
    """Return the calls that close the polls which a message ends."""
    return [Call("stopPoll", {"chat_id": int(chat), "message_id": int(poll)}) for poll in message.ends]


def _reply(message: Outgoing) -> dict[str, Any]:
    if not message.reply_to:
        return {}
    return {"reply_parameters": {"message_id": int(message.reply_to), "allow_sending_without_reply": True}}


def _address(chat: str, limits: Limits) -> dict[str, Any]:
    # Above the free rate Telegram takes nothing without being told that it may charge for it.
    return {"chat_id": int(chat)} | ({"allow_paid_broadcast": True} if limits.rate > FREE_RATE else {})


def _topic(message: Outgoing) -> dict[str, Any]:
    return {"message_thread_id": int(message.thread)} if message.thread else {}


def _adding(call: Call, parameters: dict[str, Any]) -> Call:
    return replace(call, parameters=call.parameters | parameters)


def edit(chat: str, message: Outgoing, limits: Limits) -> Call | None:
    """Return the call that replaces an earlier message, or None if only a new one can say it."""
    if message.media and message.whole and message.replaces:
        words = {"chat_id": int(chat), "message_id": int(message.replaces), **_caption(message.parts)}
        return Call("editMessageCaption", words)
    if message.media or not message.replaces or units(message.plain()) > limits.text:
        return None
    parameters = {"chat_id": int(chat), "message_id": int(message.replaces), **_text(message.parts)}
    if message.choices:
        parameters["reply_markup"] = keyboard(message.choices)
    return Call("editMessageText", parameters)


def removal(chat: str, message: Outgoing) -> tuple[str, dict[str, Any]]:
    """Return method and parameters that take a message of ours away."""
    return "deleteMessage", {"chat_id": int(chat), "message_id": int(message.removes)}


def keyboard(choices: Sequence[Choice]) -> dict[str, Any]:
    """Lay out buttons: choices one or two in a row, asides together at the end."""
    answers = [_button(choice) for choice in choices if not choice.word]
    asides = [_button(choice) for choice in choices if choice.word]
    width = 1 if any(len(button["text"]) > NARROW for button in answers) else 2
    rows = [answers[start : start + width] for start in range(0, len(answers), width)]
    return {"inline_keyboard": rows + list(_aside_rows(asides))}


def _aside_rows(buttons: Sequence[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    row: list[dict[str, str]] = []
    for button in buttons:
        if row and sum(len(other["text"]) for other in row) + len(button["text"]) > ASIDES:
            yield row
            row = []
        row.append(button)
    if row:
        yield row


def _button(choice: Choice) -> dict[str, str]:
    return {"text": shortened(choice.label, LABEL), "callback_data": choice.token}


def _texts(parts: Sequence[Part], limits: Limits) -> list[Call]:
    texts = [_text(piece) for piece in pieces(parts, limits.text)]
    # Telegram trims what it gets and refuses what is then empty: blank pieces of a long text carry nothing.
    spoken = [text for text in texts if text["text"].strip()] or texts[:1]
    return [Call("sendMessage", text) for text in spoken]


def _text(parts: Sequence[Part]) -> dict[str, Any]:
    text: dict[str, Any] = {"text": "".join(part.text for part in parts), "link_preview_options": NO_PREVIEW}
    if found := entities(parts):
        text["entities"] = found
    return text


def _with_media(message: Outgoing, media: Media, limits: Limits) -> Iterator[Call]:
    """Send words as the caption if they fit there, else behind; the caption is then what describes the picture."""
    words = message.parts if message.plain().strip() else ()
    fits = bool(words) and units(message.plain()) <= limits.caption
    caption = _caption(words if fits else (Part(shortened(media.alt, limits.caption // 2)),))
    method, slot = _upload(media)
    yield Call(method, caption, media, slot)
    if words and not fits:  # last, since the buttons belong to them
        yield from _texts(words, limits)


def _caption(parts: Sequence[Part]) -> dict[str, Any]:
    caption: dict[str, Any] = {"caption": "".join(part.text for part in parts)}
    if found := entities(parts):
        caption["caption_entities"] = found
    return caption if caption["caption"] else {}


def _upload(media: Media) -> tuple[str, str]:
    """Return method and parameter: what Telegram could not show as picture or sound goes as a file."""
    mime, size = media.file.mime, media.file.size
    if media.kind is Kind.IMAGE and mime in PHOTOS and size <= MAX_PHOTO_BYTES:
        return "sendPhoto", "photo"
    if media.kind is Kind.AUDIO and mime in VOICES:
        return "sendVoice", "voice"
    if media.kind is Kind.AUDIO and mime in TRACKS:
        return "sendAudio", "audio"
    return "sendDocument", "document"
