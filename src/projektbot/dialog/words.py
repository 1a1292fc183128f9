"""Everyday words that stand for an answer, by language.

To add a language, add a line to each table; spellings as `cleaning.key` leaves them (small, ä as ae, ß as ss).
A person may also use the words of another language; where two disagree, their own wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")


def listed(words: str) -> frozenset[str]:
    """Return the words of a comma-separated line."""
    return frozenset(words.split(", "))


def counted(words: str) -> dict[str, int]:
    """Return the words of a comma-separated line with their places, counted from 0."""
    return {word: number for number, word in enumerate(words.split(", "))}


YES = {
    "en": listed("yes, y, yeah, yep, yup, sure, of course, yes please, true, correct"),
    "de": listed("ja, j, jo, jap, jawohl, klar, na klar, gern, gerne, ja bitte, ja gerne, stimmt, richtig"),
}
NO = {
    "en": listed("no, n, nope, nah, no thanks, no thank you, false"),
    "de": listed("nein, ne, nee, noe, nein danke, lieber nicht, falsch"),
}
UNDERSTOOD = {
    "en": listed("ok, okay, k, oki, understood, got it, i understand, agreed, i agree, fine, all right, alright, read"),
    "de": listed("verstanden, alles klar, einverstanden, in ordnung, passt, gelesen, ich verstehe, ich stimme zu, gut"),
}
SEND = {  # beside a plain yes, at a review
    "en": listed("send, send it, yes send it, submit, done, go, go ahead, looks good, all correct, all good, "
                 "yes all right, everything is right, that s right, that is right, yes it is, yes everything"),
    "de": listed("senden, abschicken, absenden, einreichen, fertig, ja senden, ja abschicken, ja einreichen, "
                 "ja stimmt, ja passt, ja alles, ja alles richtig, ja stimmt alles, stimmt so, stimmt alles, "
                 "alles stimmt, alles richtig, alles gut, alles bestens, passt so, passt alles, so lassen"),
}  # fmt: skip
CHANGE = {  # beside a plain no, at a review
    "en": listed("change, change it, change something, edit, correct it, not right, not quite, wrong, no wait"),
    "de": listed("aendern, etwas aendern, bearbeiten, korrigieren, berichtigen, stimmt nicht, nicht richtig, "
                 "nicht ganz, nein aendern, nein etwas aendern"),
}  # fmt: skip
SKIP = {  # beside a plain no, where an answer may be left out
    "en": listed("skip, skip it, next, pass, leave out, leave it out, no idea, don t know, dont know, i don t know, "
                 "i dont know, do not know, i do not know, not sure, unknown, none, nothing, n a, no answer"),
    "de": listed("ueberspringen, auslassen, weglassen, weiter, naechste, naechste frage, keine ahnung, keine, keins, "
                 "keines, keinen, nichts, keine angabe, keine angaben, weiss nicht, weiss ich nicht, ich weiss nicht, "
                 "ich weiss es nicht, das weiss ich nicht, weiss ich noch nicht, noch nicht, noch unklar, unbekannt, "
                 "habe ich nicht, hab ich nicht, egal, k a"),
}  # fmt: skip
DONE = {  # at the end of a list
    "en": listed("done, finished, ready, that s all, that is all, that s it"),
    "de": listed("fertig, das war s, das wars, das ist alles, das waren alle, mehr nicht"),
}
BARE = {  # commands without their slash, beside the commands' own words: word → command
    "en": dict.fromkeys(("stop", "quit", "exit", "cancel", "abort"), "cancel") | {"help me": "help", "go back": "back"},
    "de": dict.fromkeys(("stop", "stopp", "abbrechen", "abbruch", "aufhoeren", "beenden"), "cancel")
    | {"hilfe": "help", "hilf mir": "help", "hilfe bitte": "help", "zurueck": "back"},
}
GREETINGS = {
    "en": listed("good morning, good afternoon, good evening, good day, hello there, hello everyone, hi everyone, "
                 "hello hello, greetings"),
    "de": listed("guten morgen, guten mittag, guten abend, guten tag, schoenen guten tag, schoenen guten morgen, "
                 "schoenen guten abend, einen schoenen guten tag, hallo zusammen, hallo guten tag, hallo guten morgen, "
                 "hallo guten abend, moin moin, gruess gott, gruess dich, gruessen sie"),
}  # fmt: skip
THUMBS_UP = frozenset("👍👌✅✔☑🆗")
THUMBS_DOWN = frozenset("👎❌✖🚫")

ALL = {
    "en": listed("all, everything, all of them"),
    "de": listed("alle, alles, saemtliche"),
}
NONE = {
    "en": listed("none, nothing, none of them, no"),
    "de": listed("keine, keines, keins, keiner, nichts, nein"),
}
AND = {"en": listed("and, then"), "de": listed("und, dann, sowie")}
NUMBER_OF = {"en": listed("number, no, option, choice"), "de": listed("nummer, nr, punkt, auswahl")}

# ---- numbers and money -----------------------------------------------------------------------------------------------

SMALL = {
    "en": counted("zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve"),
    "de": counted("null, eins, zwei, drei, vier, fuenf, sechs, sieben, acht, neun, zehn, elf, zwoelf")
    | {"ein": 1, "eine": 1, "einem": 1, "einer": 1, "einen": 1, "zwo": 2},
}
NOTHING = {
    "en": listed("nothing, free, for free, free of charge, none, no cost, no costs, zero"),
    "de": listed("nichts, kostenlos, gratis, umsonst, kostenfrei, kostet nichts, keine, keine kosten, null"),
}
SCALES = {
    "en": {
        "cent": Decimal("0.01"), "cents": Decimal("0.01"), "ct": Decimal("0.01"),
        "hundred": Decimal(100), "k": Decimal(1000), "thousand": Decimal(1000),
        "mn": Decimal(10**6), "mln": Decimal(10**6), "million": Decimal(10**6), "millions": Decimal(10**6),
        "bn": Decimal(10**9), "billion": Decimal(10**9),
    },
    "de": {
        "hundert": Decimal(100), "tsd": Decimal(1000), "tausend": Decimal(1000),
        "t€": Decimal(1000), "teur": Decimal(1000),
        "mio": Decimal(10**6), "million": Decimal(10**6), "millionen": Decimal(10**6),
        "mrd": Decimal(10**9), "milliarde": Decimal(10**9), "milliarden": Decimal(10**9), "billion": Decimal(10**12),
    },
}  # fmt: skip
ROUGHLY = {
    "en": listed(
        "about, around, approx, approximately, roughly, some, circa, maybe, perhaps, max, between, from, ~, ≈, ±, +"
    ),
    "de": listed(
        "rund, ca, circa, zirka, etwa, ungefaehr, ungef, so, vielleicht, maximal, hoechstens, zwischen, von, insgesamt"
    ),
}
UP_TO = {"en": listed("to, and, or, until"), "de": listed("bis, und, oder")}
AT_MOST = {"en": listed("up to, at most"), "de": listed("bis zu")}  # before an amount, where "to" alone is a range
MINUS = {"en": listed("minus, -"), "de": listed("minus")}
COUNTED = {
    "en": listed("people, persons, person, pieces, pcs, times, x, %, percent, points"),
    "de": listed("leute, personen, person, menschen, stueck, mal, prozent, punkte"),
}
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₺": "TRY", "₴": "UAH", "₽": "RUB"}
CURRENCIES = {
    "en": {"euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "pound": "GBP", "pounds": "GBP"},
    "de": {
        "euros": "EUR",
        "euronen": "EUR",
        "dollar": "USD",
        "pfund": "GBP",
        "franken": "CHF",
        "sfr": "CHF",
        "fr": "CHF",
    },
    "pl": {"zł": "PLN", "zl": "PLN", "złoty": "PLN", "zloty": "PLN", "złotych": "PLN"},
    "tr": {"tl": "TRY", "lira": "TRY"},
    "uk": {"грн": "UAH"},
    "ru": {"руб": "RUB"},
}

# ---- dates and times -------------------------------------------------------------------------------------------------

DAYS = {
    "en": {"today": 0, "now": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1, "day before yesterday": -2},
    "de": {"heute": 0, "jetzt": 0, "morgen": 1, "uebermorgen": 2, "gestern": -1, "vorgestern": -2},
}
SPANS = {
    "en": {"day": 1, "days": 1, "week": 7, "weeks": 7},
    "de": {"tag": 1, "tage": 1, "tagen": 1, "woche": 7, "wochen": 7},
}
IN = {"en": listed("in"), "de": listed("in")}
AGO = {"en": listed("ago"), "de": listed("vor")}
LAST = {"en": listed("last"), "de": listed("letzter, letzten, letzte, letztem, vergangenen, vergangenem")}
DATE_FILLERS = {
    "en": listed("the, of, on, st, nd, rd, th, next, this, coming"),
    "de": listed("der, den, dem, am, naechster, naechsten, naechste, naechstem, diesen, diesem, kommenden, kommender"),
    "vi": listed("ngay, thang, thg, nam"),
    "uk": listed("р, року"),
    "ru": listed("г, года"),
    "pl": listed("r, roku"),
}
# What a word says of the hour: which hours of the clock face mean the later one.
PARTS_OF_DAY: dict[str, dict[str, range]] = {
    "en": {"am": range(0), "morning": range(0), "pm": range(1, 12), "afternoon": range(1, 12), "evening": range(1, 12)},
    "de": {
        "morgens": range(0), "frueh": range(0), "vormittags": range(0), "mittags": range(1, 6),
        "nachmittags": range(1, 12), "abends": range(1, 12), "nachts": range(6, 12),
    },
}  # fmt: skip
MOMENTS = {
    "en": {"noon": 720, "midday": 720, "at noon": 720, "midnight": 0, "at midnight": 0},
    "de": {"mittag": 720, "mittags": 720, "am mittag": 720, "mitternacht": 0, "um mitternacht": 0},
}
FRACTIONS = {"en": {"quarter": 15, "half": 30}, "de": {"viertel": 15, "halb": 30}}
OF_THE_HOUR_BEFORE = {"en": {}, "de": {"viertel": 15, "halb": 30, "dreiviertel": 45}}  # halb zehn is half past nine
PAST = {"en": listed("past, after"), "de": listed("nach")}
BEFORE = {"en": listed("to, before"), "de": listed("vor")}
TIME_FILLERS = {"en": listed("at, o, clock, about, a, in, the"), "de": listed("um, uhr, ca, circa, etwa, gegen, h")}


def spoken(table: Mapping[str, Mapping[str, T]], language: str) -> dict[str, T]:
    """Return what the words of all languages mean; English wins over the others, the person's own over English."""
    merged: dict[str, T] = {}
    for words in (*table.values(), table["en"], table.get(language, {})):
        merged.update(words)
    return merged


def in_any(table: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the words of all languages together."""
    return frozenset().union(*table.values())
