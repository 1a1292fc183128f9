"""Texts as Telegram counts and cuts them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projektbot.channels.telegram.texts import BARE, cut_at, entities, pieces, shortened, units
from projektbot.messages import Part, Style

styles = st.sampled_from(list(Style))
words = st.text(alphabet=st.sampled_from("ab ä\n😀é\u0301👩\u200d🚀1️⃣🇩🇪ع"), max_size=30)
parts = st.lists(st.builds(Part, words, styles, st.just("https://example.org/")), max_size=8)


def utf16(text: str) -> bytes:
    """Encode as Telegram counts."""
    return text.encode("utf-16-le")


def test_an_emoji_counts_twice() -> None:
    assert units("Idee 💡") == 7
    assert units("Fuß") == 3


def test_a_quotation_is_set_in_italics_and_a_link_carries_its_address() -> None:
    text = (Part("💡 "), Part("Brücke", Style.QUOTE), Part(" "), Part("mehr", Style.LINK, "https://example.org/p/1"))

    assert entities(text) == [
        {"type": "italic", "offset": 3, "length": 6},
        {"type": "text_link", "url": "https://example.org/p/1", "offset": 10, "length": 4},
    ]


@given(parts)
def test_every_entity_covers_exactly_its_part(text: list[Part]) -> None:
    whole = utf16("".join(part.text for part in text))

    covered = [whole[2 * e["offset"] : 2 * (e["offset"] + e["length"])] for e in entities(text)]

    assert covered == [utf16(part.text) for part in text if part.style not in BARE and part.text]


@given(parts, st.integers(min_value=4, max_value=40))
def test_pieces_fit_and_joined_are_the_same_text(text: list[Part], limit: int) -> None:
    cut = list(pieces(text, limit))

    assert "".join(part.text for piece in cut for part in piece) == "".join(part.text for part in text)
    assert all(units("".join(part.text for part in piece)) <= limit for piece in cut)


@given(parts, st.integers(min_value=4, max_value=40))
def test_cutting_changes_no_ones_style(text: list[Part], limit: int) -> None:
    def styled(some: list[Part]) -> list[tuple[str, Style]]:
        return [(char, part.style) for part in some for char in part.text]

    assert styled([part for piece in pieces(text, limit) for part in piece]) == styled(text)


def test_a_cut_prefers_paragraphs_to_lines_to_words() -> None:
    assert cut_at("eins zwei\n\ndrei vier\nfünf", 20) == len("eins zwei\n\n")
    assert cut_at("eins zwei drei\nfünf sechs", 20) == len("eins zwei drei\n")
    assert cut_at("einszweidrei fünf sechs", 15) == len("einszweidrei ")
    assert cut_at("Donaudampfschifffahrt", 10) == 10


def test_a_cut_does_not_leave_a_tiny_piece_for_a_paragraphs_sake() -> None:
    assert cut_at("Ja.\n\n" + "wort " * 10, 40) == 40


def test_a_cut_never_parts_what_is_one_character_to_the_eye() -> None:
    astronaut = "👩\u200d🚀"

    assert cut_at("aaaaaaa" + astronaut + "b", 10) == 7
    assert shortened("x" * 8 + "e\u0301" + "yy", 10) == "x" * 8 + "…"


def test_a_label_is_shortened_only_when_it_must_be() -> None:
    assert shortened("Umwelt", 10) == "Umwelt"
    assert shortened("Umwelt und Natur", 10) == "Umwelt un…"
    assert shortened("Umwelt  und Natur", 9) == "Umwelt…"
