"""The vocabulary of dialogs as a JSON Schema, so that editors complete it and mark mistakes while one types.

It knows single files only; what `projektbot check` says counts. docs/dialogs.schema.json is written by
`python -m projektbot.dialog.schema > docs/dialogs.schema.json`.
"""

from __future__ import annotations

import json
import sys
from typing import Any, TypeAlias

from projektbot.dialog.model import Type
from projektbot.dialog.nodes import NAME, RESERVED
from projektbot.dialog.read import COMMAND, DURATION, MOMENTS
from projektbot.dialog.read_conditions import TESTS
from projektbot.dialog.read_steps import BESIDE, CHOICE_NAME, KEYS, NEEDED

Schema: TypeAlias = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": ["string", "number"], "minLength": 1}
WORD: Schema = {"type": ["string", "number", "boolean"]}
FLAG: Schema = {"type": "boolean"}
STEP_TEXTS = {
    "label": "The question in one or two sentences (English; it is translated).",
    "hint": "Why it is asked, or an example.",
    "title": "A short name for the review and its buttons.",
    "constraint_message": "What to say when the answer does not keep to the constraint.",
    "note": "What is said; {answer} and facts of actions are filled in.",
    "again": "Asked after each round.",
    "submit": "The button that agrees.",
}


def schema() -> Schema:
    """Return the JSON Schema (2020-12) of one dialog."""
    return {
        "$schema": DRAFT,
        "title": "A dialog of projektbot",
        "description": "See docs/dialogs.md.",
        **_mapping(_head(), required=("dialog", "version", "title", "steps")),
        "$defs": {
            "name": {"type": "string", "pattern": _whole(NAME.pattern), "not": {"enum": sorted(RESERVED)}},
            "duration": {
                "type": "string",
                "pattern": _whole(DURATION.pattern),
                "examples": ["P5D", "PT12H", "P1DT12H"],
            },
            "condition": _condition(),
            "constraint": _constraint(),
            "choices": _choices(),
            "trigger": _trigger(),
            "step": {"anyOf": [{"$ref": f"#/$defs/{kind}"} for kind in KEYS]},
            **{kind: _step(kind) for kind in KEYS},
        },
    }


def _head() -> Schema:
    return {
        "dialog": _ref("name"),
        "version": {"type": "integer", "minimum": 1},
        "title": TEXT,
        "trigger": _list(_ref("trigger")),
        "keeps": FLAG | {"description": "Answers are a draft that survives being left."},
        "returns": FLAG | {"description": "A digression: what was open before is asked again afterwards."},
        "remind": _mapping({"after": _list(_ref("duration"))}, required=("after",)),
        "expires_after": _ref("duration"),
        "steps": _list(_ref("step")),
    }


def _step(kind: str) -> Schema:
    keys = {key: _of_key(kind, key) for key in KEYS[kind]}
    described = _mapping(keys, required=(kind, *NEEDED.get(kind, ())))
    return described | _choosing() if kind == "question" else described


def _choosing() -> Schema:
    """Return that questions with choices need them, and others have none."""
    chosen = {"properties": {"type": {"enum": [Type.SELECT_ONE, Type.SELECT_MULTIPLE, Type.RANK]}}}
    return {"if": chosen, "then": {"required": ["choices"]}, "else": {"not": {"required": ["choices"]}}}


def _of_key(kind: str, key: str) -> Schema:
    if key in STEP_TEXTS:
        return TEXT | {"description": STEP_TEXTS[key]}
    if kind == "repeat" and key in ("min", "max"):
        return {"type": "integer", "minimum": 0 if key == "min" else 1}
    return _shapes().get(key, _ref("name"))


def _shapes() -> dict[str, Schema]:
    """Return the shape of what stands behind each key that is neither a text nor a name."""
    return {
        "relevant": _ref("condition"),
        "constraint": _ref("constraint"),
        "choices": _ref("choices"),
        "type": {"anyOf": [{"enum": [*Type]}, _list({"enum": sorted(BESIDE)}) | {"uniqueItems": True}]},
        "aside": FLAG | {"description": "Asked on the way: no review shows it, and it has no number."},
        "required": FLAG | {"default": True},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "default": "EUR"},
        "steps": _list(_ref("step")),
        "with": {"type": "object", "propertyNames": {"pattern": _whole(NAME.pattern)}, "additionalProperties": WORD},
        "quiet": _list({"type": "string"}),
        "in_place": _list({"type": "string"}),
    }


def _condition() -> Schema:
    parts = _list(_ref("condition"))
    bounds = {key: FLAG if key == "answered" else WORD for key in TESTS}
    test = {"anyOf": [WORD, _list(WORD), _mapping(bounds) | {"minProperties": 1}]}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {"all": parts, "any": parts, "not": _ref("condition")},
        "patternProperties": {f"^(?!(?:all|any|not)$){NAME.pattern}$": test},
        "additionalProperties": False,
    }


def _constraint() -> Schema:
    length = {"type": "integer", "minimum": 1}
    bounds = {"min": WORD, "max": WORD, "min_length": length, "max_length": length}
    return _mapping({**bounds, "pattern": {"type": "string", "format": "regex"}})


def _choices() -> Schema:
    name = {"type": ["string", "integer"], "pattern": _whole(CHOICE_NAME.pattern)}
    listed = _list(_mapping({"name": name, "label": TEXT}, required=("name", "label")))
    return {"anyOf": [listed, _mapping({"from": _ref("name")}, required=("from",))]}


def _trigger() -> Schema:
    command = {"command": {"type": "string", "pattern": _whole(COMMAND.pattern)}, "fill": _ref("name")}
    moment = {"moment": {"enum": list(MOMENTS)}}
    link = {"deep_link": _ref("name"), "fill": _ref("name")}
    return {
        "oneOf": [
            _mapping(command, required=("command",)),
            _mapping(link, required=("deep_link",)),
            _mapping(moment, required=("moment",)),
        ]
    }


def _mapping(properties: Schema, *, required: tuple[str, ...] = ()) -> Schema:
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **needed}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def as_json() -> str:
    """Return the schema as the file in docs/ has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_json())
