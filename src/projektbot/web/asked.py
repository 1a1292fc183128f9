"""What an address asks for: which projects, and which page of them. Whatever makes no sense is passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from projektbot.civic.city import City
from projektbot.civic.projects.queries import Filter
from projektbot.civic.projects.rules import FIELDS
from projektbot.i18n import harmless
from projektbot.texts import N_

LONGEST_WORDS = 100  # characters that are looked for; nobody searches for more
ONLY = {"needs_help": N_("Those that need something"), "answered": N_("Those the city has answered")}  # as in the chat
_PAGE = re.compile(r"[1-9][0-9]{0,4}")


def wanted_in(query: Mapping[str, str], city: City) -> Filter:
    """Return which projects an address asks for."""
    area, field = query.get("area", ""), query.get("field", "")
    return Filter(
        area if any(area == known.code for known in city.areas) else "",
        field if field in FIELDS else "",
        searched(query.get("q", "")),
        answered=query.get("only") == "answered",
        needs_help=query.get("only") == "needs_help",
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
    query = urlencode({**asking(wanted), **({"page": str(page)} if page > 1 else {})})
    return f"{path}?{query}" if query else path


def asking(wanted: Filter) -> Mapping[str, str]:
    """Return what an address says of which projects are wanted, by the names of its parts."""
    only = next((name for name in ONLY if getattr(wanted, name)), "")
    said = {"area": wanted.area, "field": wanted.field, "only": only, "q": wanted.words}
    return {name: value for name, value in said.items() if value}
