"""How German words are compared: without umlauts, endings and filling words, and by what several words mean alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# One letter for another, as the database does it too (`index.py`); whatever else there is keeps its accents.
FOLDED: Final = {
    "Ä": "a", "ä": "a", "Ö": "o", "ö": "o", "Ü": "u", "ü": "u", "ẞ": "ss", "ß": "ss",
    "É": "e", "é": "e", "È": "e", "è": "e", "Á": "a", "á": "a", "À": "a", "à": "a", "Ç": "c", "ç": "c",
}  # fmt: skip
_FOLD: Final = str.maketrans(FOLDED)
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")  # NUL and halves of surrogate pairs
# who has no umlauts on the keyboard types them so; behind a, e and q it is none: bauen, neue, Quelle
_TYPED: Final = re.compile("(?<![aeq])([aou])e")

_FILLING: Final = """
    ab aber alle allen aller als am an auch auf aus bei beim bis da das dass dem den der des die dies diese dieser dort
    durch ein eine einem einen einer eines entlang es fur gegen gegenuber hat hier hinter ich ihr ihre im in ins ist
    jede jeden jeder kein keine man mehr mein mit nach nahe neben nicht nun nur ob oder ohne sich sie sind so statt uber
    um und uns unser unsere unserem unseren unter viel viele vom von vor was wegen weil wenn wer wie wir wird wo zu zum
    zur zwischen
    a an and at by for from in of on or the to with
"""
FILLING: Final = frozenset(_FILLING.split())  # folded words that say nothing of what an idea is about
_ENDINGS: Final = ("innen", "ern", "en", "er", "es", "em", "e", "n", "s")
_SHORTEST_STEM: Final = 4


def fold(words: str) -> str:
    """Return words as they are compared: small, composed, without umlauts, ß and what no database takes."""
    if words.isascii():
        return words.replace("\0", " ").lower()
    return unicodedata.normalize("NFC", _NO_TEXT.sub(" ", words)).translate(_FOLD).lower()


def bare(word: str) -> str:
    """Return a folded word as it is if its umlauts were typed as two letters: "gruen" is "grun"."""
    return _TYPED.sub(r"\1", word)


def spellings(word: str) -> tuple[str, ...]:
    """Return how a folded word may stand folded in a text."""
    return tuple(dict.fromkeys((word, bare(word))))


@lru_cache(4096)
def stem(word: str) -> str:
    """Return a folded word without its ending, as far as four letters stay."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def words_of(words: str) -> list[str]:
    """Return the folded words of a text, letters and digits only."""
    return re.findall(r"[^\W_]+", fold(words))
