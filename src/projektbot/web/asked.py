"""What an address asks for: which projects, and which page of them. Whatever makes no sense is passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from projektbot.civic.city import City
from projektbot.civic.projects.queries import Filter
from projektbot.civic.projects.rules import FIELDS
from projektbot.i18n import harmless

LONGEST_WORDS = 100  # characters that are looked for; nobody searches for more
HELP = "wanted"  # only projects whose teams need something
_PAGE = re.compile(r"[1-9][0-9]{0,4}")


def wanted_in(query: Mapping[str, str], city: City) -> Filter:
    """Return which projects an address asks for."""
    area, field = query.get("area", ""), query.get("field", "")
    return Filter(
        area if any(area == known.code for known in city.areas) else "",
        field if field in FIELDS else "",
        searched(query.get("q", "")),
        needs_help=query.get("help") == HELP,
    )


def searched(words: str) -> str:
    """Return words to look for, as much of them as makes sense."""
    return " ".join(harmless(words).split())[:LONGEST_WORDS].strip()


def page_in(query: Mapping[str, str]) -> int:
    """Return which page an address asks for; the first one is 1."""
    page = query.get("page", "")
    return int(page) if _PAGE.fullmatch(page) else 1


def address(path: str, wanted: Filter, page: int = 1) -> str:
    """Return the address of a list, with what is chosen."""
    chosen = {
        "area": wanted.area,
        "field": wanted.field,
        "q": wanted.words,
        "help": HELP if wanted.needs_help else "",
        "page": str(page) if page > 1 else "",
    }
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{path}?{query}" if query else path
