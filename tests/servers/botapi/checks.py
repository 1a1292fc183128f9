"""The building blocks of validation: each takes a value and raises Mismatch when it does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from tests.servers.botapi.errors import ApiError, bad_request

Check = Callable[[object], None]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart request."""

    name: str
    filename: str
    mime_type: str
    data: bytes


class Mismatch(Exception):
    """A value that does not fit; `path` grows from the inside out, `exact` is a text of the real server."""

    def __init__(self, text: str, exact: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.exact = exact
        self.path: list[str] = []

    def refusal(self) -> ApiError:
        """Return the 400 that names the parameter."""
        if self.exact is not None:
            return bad_request(self.exact)
        where = self.path[-1] + "".join(f"[{p}]" if p.isdigit() else f".{p}" for p in reversed(self.path[:-1]))
        return bad_request(f'parameter "{where}" {self.text}')


def object_of(name: str, fields: dict[str, Check], required: list[str]) -> Check:
    def check(value: object) -> None:
        if type(value) is not dict:
            raise Mismatch(f"must be an Object ({name})")
        for key, item in value.items():
            field = fields.get(key)
            if field is None:
                raise Mismatch(f'has a field "{key}" that {name} does not have')
            try:
                field(item)
            except Mismatch as mismatch:
                mismatch.path.append(key)
                raise
        for key in required:
            if key not in value:
                raise Mismatch(f'lacks the field "{key}" of {name}')

    return check


def array(item_check: Check) -> Check:
    def check(value: object) -> None:
        if type(value) is not list:
            raise Mismatch("must be an Array")
        for index, item in enumerate(value):
            try:
                item_check(item)
            except Mismatch as mismatch:
                mismatch.path.append(str(index))
                raise

    return check


def both(*checks: Check) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check(value: object) -> None:
        for one in checks:
            one(value)

    return check


def any_of(checks: list[Check]) -> Check:
    def check(value: object) -> None:
        if not any(fits(one, value) for one in checks):
            raise Mismatch("has a wrong type")

    return check


def fits(check: Check, value: object) -> bool:
    try:
        check(value)
    except Mismatch:
        return False
    return True


def string(field: dict[str, Any]) -> Check:
    shortest, longest = field.get("min", 0), field.get("max")
    unit = field.get("unit", "characters")
    pattern = re.compile(field["pattern"]) if "pattern" in field else None
    if unit == "utf16":
        longest = None  # counted after the text is trimmed, in texts.py

    def check(value: object) -> None:
        if type(value) is not str:
            raise Mismatch("must be a String")
        if pattern and not pattern.fullmatch(value):
            raise Mismatch("has unallowed characters", field.get("wrong"))
        length = len(value.encode()) if unit == "bytes" else len(value)
        if length < shortest:
            raise Mismatch(f"must have at least {shortest} {unit}", field.get("too_short"))
        if longest is not None and length > longest:
            raise Mismatch(f"must have at most {longest} {unit}", field.get("too_long"))

    return check


def numeric(name: str, least: float | None, most: float | None) -> Check:
    allowed = int if name == "Integer" else (int, float)

    def check(value: object) -> None:
        if not isinstance(value, allowed) or isinstance(value, bool):
            raise Mismatch(f"must be of type {name}")
        if (least is not None and value < least) or (most is not None and value > most):
            raise Mismatch(f"must be in the range {least} to {most}")

    return check


def boolean(value: object) -> None:
    if type(value) is not bool:
        raise Mismatch("must be a Boolean")


def whole_or_string(value: object) -> None:
    if type(value) is not int and type(value) is not str:
        raise Mismatch("must be an Integer or a String")


def upload_or_string(value: object) -> None:
    if type(value) is not str and type(value) is not Upload:
        raise Mismatch("must be a file or a String")


def upload(value: object) -> None:
    if type(value) is not Upload:
        raise Mismatch("must be uploaded as multipart/form-data")


def one_of(allowed: list[str], wrong: str | None) -> Check:
    known = frozenset(allowed)

    def check(value: object) -> None:
        if value not in known:
            raise Mismatch(f"must be one of {', '.join(allowed)}", wrong)

    return check


def count(least: int, most: int) -> Check:
    def check(value: object) -> None:
        if isinstance(value, list) and not least <= len(value) <= most:
            raise Mismatch(f"must have {least} to {most} items")

    return check


def exactly_one(actions: frozenset[str]) -> Check:
    def check(value: object) -> None:
        button = cast("Json", value)  # its shape has been checked before
        given = actions & button.keys()
        if not given:
            # the real server's words for a button that does nothing
            text = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
            raise Mismatch("does nothing", text)
        if len(given) > 1:
            raise Mismatch(f"must have exactly one of its optional fields, not {', '.join(sorted(given))}")
        if not button["text"].strip():
            raise Mismatch("has no text", "BUTTON_TEXT_INVALID")

    return check


def keyboard(most: int, widest: int) -> Check:
    def check(value: object) -> None:
        rows = cast("list[list[Json]]", value)  # its shape has been checked before
        if sum(map(len, rows)) > most:
            raise Mismatch(f"has more than {most} buttons", "reply markup is too long")
        for index, row in enumerate(rows):
            if len(row) > widest:
                mismatch = Mismatch(f"has more than {widest} buttons")
                mismatch.path.append(str(index))
                raise mismatch

    return check
