"""The description of the public API (OpenAPI 3.1), as exact as the API itself: what it allows is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from projektbot.civic.city import City
from projektbot.civic.projects.rules import FIELDS, LONGEST_REF
from projektbot.web.asked import LONGEST_WORDS, ONLY
from projektbot.web.problems import MIME

BASE = "/api/v1"
PER_PAGE = 20
MOST_PER_PAGE = 100
LAST_PAGE = 10_000
REF = rf"[Pp]-[0-9]{{1,{LONGEST_REF}}}"

Json: TypeAlias = Mapping[str, Any]  # JSON of any depth

WORDS: Json = {"type": "string"}
MAYBE: Json = {"type": ["string", "null"]}
WHEN: Json = {"type": "string", "format": "date-time"}


def document(city: City, url: str) -> Json:
    """Describe the API of a city's site."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{city.name}: projects",
            "version": "1",
            "description": "The public projects and the deadlines of a city. Reading only; no key is needed. Whatever "
            "an answer holds is public. Times are in UTC, places in degrees of WGS 84, rounded to four decimals.",
            "contact": {"name": city.operator},
        },
        "servers": [{"url": f"{url}{BASE}"}],
        "paths": {
            "/projects": {"get": _projects([area.code for area in city.areas])},
            "/projects/{ref}": {"get": _project()},
            "/areas": {"get": _areas()},
            "/deadlines": {"get": _deadlines([area.code for area in city.areas])},
        },
        "components": {"schemas": _schemas(), "headers": {"Link": _link()}},
    }


def _projects(areas: Sequence[str]) -> Json:
    return {
        "operationId": "listProjects",
        "summary": "Public projects, the newest first",
        "parameters": [
            _asked("area", {"type": "string", "enum": list(areas)}, "only in this area, see /areas"),
            _asked("field", {"type": "string", "enum": list(FIELDS)}, "only in this field of action"),
            _asked("only", {"type": "string", "enum": list(ONLY)}, "only those that need something, or are answered"),
            _asked("q", {"type": "string", "maxLength": LONGEST_WORDS}, "only with these words"),
            _asked("page", {"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1}, "which page"),
            _asked(
                "per_page",
                {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
                "so many projects on each",
            ),
        ],
        "responses": {
            "200": {
                "description": "One page of them; the header Link leads to the others",
                "headers": {"Link": {"$ref": "#/components/headers/Link"}},
                "content": _json(
                    _object(total={"type": "integer", "minimum": 0}, items=_list(_ref("Project"))),
                ),
            },
            "400": _problem("A parameter makes no sense"),
        },
    }


def _project() -> Json:
    return {
        "operationId": "getProject",
        "summary": "One public project, with what its team needs and what was said about it",
        "parameters": [
            {
                "name": "ref",
                "in": "path",
                "required": True,
                "description": "its reference, such as P-1042",
                "schema": {"type": "string", "pattern": f"^{REF}$"},
            }
        ],
        "responses": {
            "200": {"description": "The project", "content": _json(_ref("WholeProject"))},
            "301": {
                "description": "It goes on together with another project",
                "headers": {"Location": {"schema": {"type": "string", "format": "uri-reference"}}},
            },
            "400": _problem("This is no reference"),
            "404": _problem("There is no such project, or it was never public"),
            "410": _problem("It is not public any more"),
        },
    }


def _areas() -> Json:
    return {
        "operationId": "listAreas",
        "summary": "The areas of the city",
        "responses": {
            "200": {"description": "All of them", "content": _json(_object(items=_list(_ref("Area"))))},
            "400": _problem("It takes no parameters"),
        },
    }


def _deadlines(areas: Sequence[str]) -> Json:
    return {
        "operationId": "listDeadlines",
        "summary": "Until when something may be sent in, the next first",
        "parameters": [
            _asked("area", {"type": "string", "enum": list(areas)}, "what concerns this area, or the whole city")
        ],
        "responses": {
            "200": {
                "description": "All that are to come; of those that were withdrawn, why",
                "content": _json(_object(items=_list(_ref("Deadline")))),
            },
            "400": _problem("A parameter makes no sense"),
        },
    }


def _schemas() -> Json:
    project = {
        "ref": {"type": "string", "pattern": f"^P-[0-9]{{1,{LONGEST_REF}}}$"},
        "title": WORDS,
        "description": WORDS,
        "field": WORDS,
        "area": WORDS,
        "cost": {"type": ["number", "null"], "minimum": 0},
        "currency": {"type": ["string", "null"], "pattern": "^[A-Z]{3}$"},
        "latitude": {"type": ["number", "null"], "minimum": -90, "maximum": 90},
        "longitude": {"type": ["number", "null"], "minimum": -180, "maximum": 180},
        "sent": WHEN,
        "published": WHEN,
        "supporters": {"type": "integer", "minimum": 0},
        "comments": {"type": "integer", "minimum": 0},
        "answer": {"type": ["string", "null"]},
        "answered": {"type": ["string", "null"], "format": "date-time"},
        "photo": {"type": ["string", "null"], "format": "uri"},
        "url": {"type": "string", "format": "uri"},
    }
    count = {"type": "integer", "minimum": 0}
    return {
        "Project": _object(**project),
        "WholeProject": _object(**project, needs=_list(WORDS), said=_list(_object(words=WORDS, at=WHEN))),
        "Area": _object(code=WORDS, name=WORDS, inhabitants=count, projects=count),
        "Deadline": _object(
            ref={"type": "string", "pattern": "^D-[0-9]+$"},
            title=WORDS,
            words=MAYBE,
            area=MAYBE,
            field=MAYBE,
            ends=WHEN,
            changed=WHEN,
            reason=MAYBE,
            withdrawn={"type": "boolean"},
            more={"type": ["string", "null"], "format": "uri"},
            url={"type": "string", "format": "uri"},
        ),
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status"],
            "properties": {"type": WORDS, "title": WORDS, "status": {"type": "integer"}, "detail": WORDS},
        },
    }


def _asked(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _object(**properties: Json) -> Json:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _problem(description: str) -> Json:
    return {"description": description, "content": {MIME: {"schema": _ref("Problem")}}}


def _link() -> Json:
    return {"description": "first, prev, next and last page (RFC 8288)", "schema": {"type": "string"}}
