"""What we send, as calls to the Bot API."""

from __future__ import annotations

from projektbot.channels.telegram.outbound import calls, edit, keyboard
from projektbot.messages import Choice, Kind, Limits, Media, Outgoing, Part, Stored, Style

LIMITS = Limits()


def rows(*choices: Choice) -> list[list[str]]:
    """Return the labels as they are laid out."""
    return [[button["text"] for button in row] for row in keyboard(choices)["inline_keyboard"]]


def photo(mime: str = "image/jpeg", size: int = 1000, kind: Kind = Kind.IMAGE) -> Media:
    """Make a stored file."""
    return Media(kind, Stored("ab" * 32, mime, size, "x"), alt="Balken: 3 dafür, 1 dagegen")


def test_a_text_is_sent_with_entities_and_never_as_markup() -> None:
    message = Outgoing((Part("Idee: "), Part("<b>*_Brücke_*</b>", Style.QUOTE)))

    (call,) = calls("7", message, LIMITS)

    assert call.method == "sendMessage"
    assert call.parameters == {
        "chat_id": 7,
        "text": "Idee: <b>*_Brücke_*</b>",
        "entities": [{"type": "italic", "offset": 6, "length": 17}],
        "link_preview_options": {"is_disabled": True},
    }


def test_short_labels_stand_two_in_a_row_and_long_ones_alone() -> None:
    short = [Choice("a", "Umwelt"), Choice("b", "Kultur"), Choice("c", "Verkehr")]

    assert rows(*short) == [["Umwelt", "Kultur"], ["Verkehr"]]
    assert rows(*short, Choice("d", "Soziale Innovation")) == [
        ["Umwelt"],
        ["Kultur"],
        ["Verkehr"],
        ["Soziale Innovation"],
    ]


def test_asides_stand_together_at_the_end() -> None:
    asides = [Choice("x", "Zurück", "/back"), Choice("y", "Überspringen", "/skip"), Choice("z", "Abbrechen", "/cancel")]

    assert rows(asides[0], Choice("a", "Ein langer Name einer Antwort"), *asides[1:]) == [
        ["Ein langer Name einer Antwort"],
        ["Zurück", "Überspringen", "Abbrechen"],
    ]
    assert rows(*asides, Choice("w", "Später weitermachen", "/later"))[-1] == ["Später weitermachen"]


def test_a_button_carries_its_token_and_at_most_sixty_characters() -> None:
    (row,) = keyboard([Choice("tok", "w" * 61)])["inline_keyboard"]

    assert row == [{"text": "w" * 59 + "…", "callback_data": "tok"}]


def test_a_long_text_is_sent_in_pieces_with_the_buttons_on_the_last() -> None:
    message = Outgoing((Part("Absatz. " * 400), Part("Schluss", Style.BOLD)), (Choice("a", "Ja"),), reply_to="5")

    first, *middle, last = calls("7", Outgoing((Part("x" * 4000 + "\n\n"), *message.parts), message.choices), LIMITS)

    assert not middle
    assert "reply_markup" not in first.parameters
    assert last.parameters["reply_markup"]["inline_keyboard"] == [[{"text": "Ja", "callback_data": "a"}]]
    assert last.parameters["entities"] == [{"type": "bold", "offset": 3200, "length": 7}]


def test_only_the_first_piece_is_a_reply() -> None:
    first, last = calls("7", Outgoing((Part("wort " * 1000),), reply_to="5"), LIMITS)

    assert first.parameters["reply_parameters"] == {"message_id": 5, "allow_sending_without_reply": True}
    assert "reply_parameters" not in last.parameters


def test_blank_pieces_of_a_long_text_are_left_out() -> None:
    made = calls("7", Outgoing((Part("a" + " " * 9000 + "b"),)), LIMITS)

    assert [call.parameters["text"].strip() for call in made] == ["a", "b"]


def test_words_go_with_the_picture_if_they_fit_and_behind_it_if_not() -> None:
    (one,) = calls("7", Outgoing((Part("Ergebnis", Style.BOLD),), media=photo()), LIMITS)
    picture, text = calls("7", Outgoing((Part("x" * 1025),), (Choice("a", "Ja"),), media=photo()), LIMITS)

    assert (one.method, one.slot, one.parameters["caption"]) == ("sendPhoto", "photo", "Ergebnis")
    assert one.parameters["caption_entities"] == [{"type": "bold", "offset": 0, "length": 8}]
    assert (text.method, picture.method) == ("sendMessage", "sendPhoto")
    assert picture.parameters["caption"] == "Balken: 3 dafür, 1 dagegen"
    assert text.parameters["text"] == "x" * 1025
    assert "reply_markup" in text.parameters
    assert "reply_markup" not in picture.parameters


def test_a_picture_without_words_says_its_content_in_words() -> None:
    (call,) = calls("7", Outgoing((), media=photo()), LIMITS)

    assert call.parameters["caption"] == "Balken: 3 dafür, 1 dagegen"


def test_files_go_by_the_method_that_can_show_them() -> None:
    def method(media: Media) -> str:
        return calls("7", Outgoing((), media=media), LIMITS)[0].method

    assert method(photo(size=10_000_001)) == "sendDocument"
    assert method(photo("image/svg+xml")) == "sendDocument"
    assert method(photo("audio/ogg", kind=Kind.AUDIO)) == "sendVoice"
    assert method(photo("audio/mpeg", kind=Kind.AUDIO)) == "sendAudio"
    assert method(photo("audio/x-wav", kind=Kind.AUDIO)) == "sendDocument"
    assert method(photo("application/pdf", kind=Kind.FILE)) == "sendDocument"


def test_a_replacement_is_an_edit_unless_only_a_new_message_can_say_it() -> None:
    call = edit("7", Outgoing((Part("2 von 3"),), (Choice("a", "Ja"),), replaces="12"), LIMITS)

    assert call is not None
    assert (call.method, call.parameters["message_id"]) == ("editMessageText", 12)
    assert call.parameters["reply_markup"]
    assert edit("7", Outgoing((Part("neu"),)), LIMITS) is None
    assert edit("7", Outgoing((Part("x" * 4097),), replaces="12"), LIMITS) is None
    assert edit("7", Outgoing((), media=photo(), replaces="12"), LIMITS) is None


def test_only_a_rate_above_the_free_one_is_paid_for() -> None:
    (free,), (paid,) = (calls("7", Outgoing((Part("x"),)), Limits(rate=rate)) for rate in (30.0, 300.0))

    assert "allow_paid_broadcast" not in free.parameters
    assert paid.parameters["allow_paid_broadcast"] is True
