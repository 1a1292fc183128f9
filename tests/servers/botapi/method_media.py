"""The methods that send files, and the one that fetches a file."""

from __future__ import annotations

from tests.servers.botapi.call import Call
from tests.servers.botapi.chats import Json
from tests.servers.botapi.checks import Upload
from tests.servers.botapi.errors import ApiError, bad_request
from tests.servers.botapi.files import MAX_DOWNLOAD, MAX_PHOTO, MAX_UPLOAD, StoredFile, image_size


def _file(call: Call, kind: str) -> StoredFile:
    given: str | Upload = call.get(kind)
    if isinstance(given, str):
        return _existing(call, given, kind)
    if not given.data:
        raise bad_request("file must be non-empty")
    if len(given.data) > (MAX_PHOTO if kind == "photo" else MAX_UPLOAD):
        raise ApiError(413, "Request Entity Too Large")
    return call.bot.files.add(kind, given.data, given.filename, given.mime_type)


def _existing(call: Call, given: str, kind: str) -> StoredFile:
    if given.startswith(("http://", "https://")):
        # nothing is fetched from the network here; these are the real words for an address out of reach
        raise bad_request("failed to get HTTP URL content")
    stored = call.bot.files.by_id.get(given)
    if stored is None:
        raise bad_request(
            "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"
            if given
            else f"there is no {kind} in the request"
        )
    if stored.kind != kind:
        raise bad_request(f"can't use file of type {stored.kind.capitalize()} as {kind.capitalize()}")
    return stored


def photo_sizes(stored: StoredFile, width: int, height: int) -> list[Json]:
    """Return the PhotoSize list of a photo: a small one and itself."""
    whole = stored.described() | {"width": width, "height": height}
    return [whole | {"width": min(90, width), "height": min(90, height)}, whole]


def send_photo(call: Call) -> Json:
    """Send a photo."""
    caption = call.caption()
    given = call.get("photo")
    size = image_size(given.data) if isinstance(given, Upload) and given.data else (90, 90)
    stored = _file(call, "photo")
    return call.deliver(call.target(), {"photo": photo_sizes(stored, *size), **caption})


def _send(call: Call, kind: str, **about: object) -> Json:
    caption = call.caption()
    stored = _file(call, kind)
    given = {name: value for name, value in about.items() if value is not None}
    media = stored.described() | {"mime_type": stored.mime_type} | given
    return call.deliver(call.target(), {kind: media, **caption})


def send_voice(call: Call) -> Json:
    """Send a voice note."""
    return _send(call, "voice", duration=call.get("duration", 0))


def send_audio(call: Call) -> Json:
    """Send a piece of music."""
    about = {name: call.get(name) for name in ("performer", "title")}
    return _send(call, "audio", duration=call.get("duration", 0), **about)


def send_document(call: Call) -> Json:
    """Send any file."""
    given = call.get("document")
    name = given.filename if isinstance(given, Upload) else None
    return _send(call, "document", file_name=name)


def get_file(call: Call) -> Json:
    """Say where a file can be downloaded; up to 20 MB."""
    stored = call.bot.files.find(call.get("file_id"))
    if len(stored.data) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return stored.described() | {"file_path": stored.path}
