"""Typed words made fit to be kept (`clean`), to be read (`plain`) and to be compared (`key`)."""

from __future__ import annotations

import re
import unicodedata

# Scripts in which a (non-)joiner between two letters belongs to the spelling: Arabic and its kin, and those of India.
JOINING = "\u0600-\u08ff\u0900-\u0dff\ufb50-\ufdff\ufe70-\ufefc"
EMOJI = "\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
UNSEEN = re.compile(
    # kept: the joiner inside a word or an emoji, and the tags that make a flag of England, Scotland or Wales
    rf"(?P<keep>(?<=[{JOINING}])[\u200c\u200d](?=[{JOINING}])"
    rf"|(?<=[{EMOJI}])\u200d(?=[{EMOJI}])"
    r"|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)"
    r"|(?P<line>\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029])"
    # gone: controls, bidi controls, whatever has no width, halves of surrogate pairs
    r"|[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs by category, but nothing to see
VISIBLE = frozenset("LNPS")

INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
ACCENTS = re.compile(r"[\u0300-\u036f\u064b-\u065f\u0670]+")  # also the vowel signs that Arabic may leave out
OTHER_DIGITS = re.compile(r"[^\D0-9]")
SAME = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ı": "i", "،": ",", "؛": ";"}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u02bc\u02b9\u2032\u0060\u00b4\uff07", "'")
)
NOT_WORDS = re.compile(r"[\W_]+")


def clean(words: str) -> str:
    """Return a text as it is kept: composed (NFC), trimmed, without what cannot be seen; line breaks stay."""
    if words.isascii() and words.isprintable():
        return words.strip()
    kept = UNSEEN.sub(lambda found: found["keep"] or ("\n" if found["line"] else ""), words)
    return unicodedata.normalize("NFC", kept).strip()


def is_visible(words: str) -> bool:
    """Say whether there is anything to see in a text."""
    return any(unicodedata.category(char)[0] in VISIBLE and char not in BLANKS for char in words)


def plain(words: str) -> str:
    """Return words on one line as they are read: small letters, ASCII digits, no accents, ä as ae and ß as ss."""
    if not (words.isascii() and words.isprintable()):
        words = INVISIBLE.sub("", words)
        words = unicodedata.normalize("NFC", words).casefold().translate(SAME)
        words = ACCENTS.sub("", unicodedata.normalize("NFKD", words)).translate(SAME)
        words = OTHER_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), words)
    return " ".join(words.casefold().split())


def key(words: str) -> str:
    """Return words as they are compared: plain, without punctuation and emoji."""
    return NOT_WORDS.sub(" ", plain(words)).strip()
