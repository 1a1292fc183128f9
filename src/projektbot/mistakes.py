"""What pydantic objects to in a file or a setting, in words an operator can act on."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import ErrorDetails

# by pydantic's name of the fault; what stands in braces is the limit it knows
_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "there is no such entry",
    "string_type": "write a text",
    "bool_parsing": "write true or false",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "finite_number": "write a number",
    "greater_than_equal": "must be at least {ge:g}",
    "greater_than": "must be more than {gt:g}",
    "less_than_equal": "must be at most {le:g}",
    "tuple_type": "write a list",
    "too_long": "has more entries than {max_length}",
    "model_type": "write entries with names and values",
    "path_type": "write the path of a file",
    "url_type": "write an address such as https://city.example",
    "url_parsing": "write an address such as https://city.example",
    "url_scheme": "write an address such as https://city.example",
}


def in_words(fault: ErrorDetails) -> str:
    """Return what is wrong, without the value: it may be a secret."""
    if fault["type"] == "value_error":
        return fault["msg"].removeprefix("Value error, ")  # our own
    return _WORDS.get(fault["type"], "cannot be used as it stands").format_map(fault.get("ctx", {}))
