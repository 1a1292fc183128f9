"""Parameters against spec.json: compiled once into closures, so that a call walks no specification."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from tests.servers.botapi import checks
from tests.servers.botapi.checks import Check, Mismatch
from tests.servers.botapi.errors import bad_request

# Decorates a button; of its other optional fields there must be exactly one.
DECORATION = frozenset(("text", "icon_custom_emoji_id", "style"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a method: how to read it from text and how to check it."""

    types: tuple[str, ...]
    check: Check

    def read(self, text: str) -> object:
        """Turn the text form (query, form, or a JSON string) into a value; raises Mismatch."""
        match self.types:
            case ("String",):
                return text
            case ("Integer",):
                return _whole(text)
            case ("Integer", "String"):
                return int(text) if text.lstrip("-").isdigit() else text
            case ("Float",):
                return _number(text)
            case ("Boolean",):
                return _truth(text)
            case _ if "InputFile" in self.types:
                return text
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Mismatch("can't be parsed as JSON") from None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Mismatch("must be an Integer") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Mismatch("must be a Float") from None


def _truth(text: str) -> bool:
    lowered = text.lower()
    if lowered in ("true", "yes", "1"):
        return True
    if lowered in ("false", "no", "0", ""):
        return False
    raise Mismatch("must be a Boolean")


class Spec:
    """The reduced specification, with one compiled check for each type and method."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.version: str = raw["version"]
        self.update_types = frozenset(raw["update_types"])
        self.reactions = frozenset(raw["reactions"])
        self.all_methods: dict[str, str] = {name.lower(): name for name in raw["all_methods"]}
        self._raw_types: dict[str, Any] = raw["types"]
        self._types: dict[str, Check] = {}
        for name in raw["types"]:
            self._types[name] = self._type(name)
        self.methods = {name: self._method(fields) for name, fields in raw["methods"].items()}

    def _method(self, fields: dict[str, Any]) -> Method:
        parameters = {name: Parameter(tuple(f["types"]), self._field(f)) for name, f in fields.items()}
        required = tuple((name, f.get("too_short")) for name, f in fields.items() if f["required"])
        return Method(parameters, required)

    def _type(self, name: str) -> Check:
        raw = self._raw_types[name]
        if name == "InputFile":
            return checks.upload
        if "any_of" in raw:
            return self._one_of_objects(raw["any_of"])
        fields = {key: self._field(f) for key, f in raw["fields"].items()}
        check = checks.object_of(name, fields, [key for key, f in raw["fields"].items() if f["required"]])
        if name == "KeyboardButton":
            return checks.any_of([checks.string({}), check])  # "String can be used instead of this object"
        if name == "InlineKeyboardButton":
            return checks.both(check, checks.exactly_one(frozenset(fields) - DECORATION))
        return check

    def _field(self, field: dict[str, Any]) -> Check:
        found = [self._value(field["types"], field)]
        if "one_of" in field:
            found.append(checks.one_of(field["one_of"], field.get("wrong")))
        if "max_buttons" in field:
            found.append(checks.keyboard(field["max_buttons"], field["max_row"]))
        if "max_items" in field:
            found.append(checks.count(field.get("min_items", 0), field["max_items"]))
        return checks.both(*found)

    def _value(self, names: list[str], field: dict[str, Any]) -> Check:
        simple = [name for name in names if name in _SIMPLE or name.startswith("Array of ")]
        if len(names) == 1:
            return self._single(names[0], field)
        if set(names) <= {"Integer", "String"}:
            return checks.whole_or_string
        if "InputFile" in names:
            return checks.upload_or_string
        if simple:
            return checks.any_of([self._single(name, field) for name in names])
        return self._one_of_objects(names)

    def _single(self, name: str, field: dict[str, Any]) -> Check:
        if name.startswith("Array of "):
            return checks.array(self._single(name.removeprefix("Array of "), {}))
        if name == "String":
            return checks.string(field)
        if name in ("Integer", "Float"):
            return checks.numeric(name, field.get("min"), field.get("max"))
        if name == "Boolean":
            return checks.boolean
        return self._later(name)

    def _later(self, name: str) -> Check:
        # looked up when called: the type may not have been compiled yet, and types may hold each other
        def check(value: object) -> None:
            self._types[name](value)

        return check

    def _one_of_objects(self, names: list[str]) -> Check:
        """Choose the variant by its constant `type`, else by its required fields, so that the error is its own."""
        variants = [(name, *self._marks(name)) for name in names]

        def check(value: object) -> None:
            if type(value) is not dict:
                raise Mismatch("must be an Object")
            for name, constants, required in variants:
                if required <= value.keys() and all(value[key] in allowed for key, allowed in constants):
                    return self._types[name](value)
            raise Mismatch(f"fits none of {', '.join(names)}")

        return check

    def _marks(self, name: str) -> tuple[list[tuple[str, Collection[str]]], frozenset[str]]:
        fields = self._raw_types[name].get("fields", {})
        constants = [("type", fields["type"]["one_of"])] if "one_of" in fields.get("type", {}) else []
        return constants, frozenset(key for key, f in fields.items() if f["required"])


@dataclass(frozen=True, slots=True)
class Method:
    """The parameters of one method and which of them must be there."""

    parameters: dict[str, Parameter]
    required: tuple[tuple[str, str | None], ...]

    def accept(self, given: dict[str, Any], *, typed: bool) -> dict[str, Any]:
        """Return the checked parameters; `typed` says that they came as JSON. Raises ApiError."""
        accepted: dict[str, Any] = {}
        for name, raw in given.items():
            value = raw
            parameter = self.parameters.get(name)
            if parameter is None:
                raise bad_request(f'unknown parameter "{name}"')
            try:
                if type(value) is str and not (typed and parameter.types == ("String",)):
                    value = parameter.read(value)
                parameter.check(value)
            except Mismatch as mismatch:
                mismatch.path.append(name)
                raise mismatch.refusal() from None
            accepted[name] = value
        for name, text in self.required:
            if name not in accepted:
                raise bad_request(
                    text or ("chat_id is empty" if name == "chat_id" else f'parameter "{name}" is required')
                )
        return accepted


_SIMPLE = frozenset(("String", "Integer", "Float", "Boolean"))


@cache
def load_spec() -> Spec:
    """Read and compile spec.json, once for all servers in the process."""
    return Spec(orjson.loads(Path(__file__).with_name("spec.json").read_bytes()))
