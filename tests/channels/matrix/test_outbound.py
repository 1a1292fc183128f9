"""How our messages look as Matrix events."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projektbot.channels.matrix.outbound import MAX_CONTENT_BYTES, Picture, media_content, text_contents
from projektbot.messages import Choice, Kind, Media, Outgoing, Part, Stored, Style

CHOICES = (
    Choice("a", "Something new"),
    Choice("b", "Make something <better>"),
    Choice("s", "Überspringen", "/skip"),
    Choice("z", "Zurück", "/back"),
)


def words(*texts: str) -> tuple[Part, ...]:
    return tuple(Part(text) for text in texts)


def test_plain_words_need_no_html() -> None:
    assert text_contents(Outgoing(words("Hello & <welcome>"))) == [
        {"msgtype": "m.text", "body": "Hello & <welcome>", "m.mentions": {}},
    ]


def test_styles_become_tags_and_people_s_words_never_do() -> None:
    parts = (
        Part("Idea", Style.BOLD),
        Part(" by\n"),
        Part("<b>Anna</b>", Style.QUOTE),
        Part("map", Style.LINK, 'https://city.example/?a=1&b="2"'),
    )

    [content] = text_contents(Outgoing(parts))

    assert content["body"] == 'Idea by\n<b>Anna</b>map (https://city.example/?a=1&b="2")'
    assert content["formatted_body"] == (
        "<strong>Idea</strong> by<br><em>&lt;b&gt;Anna&lt;/b&gt;</em>"
        '<a href="https://city.example/?a=1&amp;b=&quot;2&quot;">map</a>'
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", " https://a"])
def test_a_link_that_leads_nowhere_good_is_just_words(url: str) -> None:
    assert text_contents(Outgoing((Part("map", Style.LINK, url),)))[0]["body"] == "map"


def test_an_address_that_is_its_own_words_is_written_once() -> None:
    [content] = text_contents(Outgoing((Part("https://city.example", Style.LINK, "https://city.example"),)))

    assert content["body"] == "https://city.example"


def test_choices_are_numbered_and_asides_stand_in_the_last_line() -> None:
    [content] = text_contents(Outgoing(words("Which?"), CHOICES))

    assert content["body"] == (
        "Which?\n\n1. Something new\n2. Make something <better>\n\n!skip Überspringen · !back Zurück"
    )
    assert content["formatted_body"] == (
        "Which?<ol><li>Something new</li><li>Make something &lt;better&gt;</li></ol>!skip Überspringen · !back Zurück"
    )


def test_a_later_page_goes_on_counting() -> None:
    [content] = text_contents(Outgoing(words("More"), CHOICES, first=9))

    assert "9. Something new\n10. Make" in content["body"]
    assert '<ol start="9">' in content["formatted_body"]


def test_asides_alone_follow_the_words() -> None:
    [content] = text_contents(Outgoing(words("What is it called?"), CHOICES[2:]))

    assert content["body"] == "What is it called?\n\n!skip Überspringen · !back Zurück"
    assert content["formatted_body"] == "What is it called?<br><br>!skip Überspringen · !back Zurück"


def test_a_correction_replaces_and_an_answer_refers() -> None:
    [edit] = text_contents(Outgoing(words("2 of 3"), replaces="$old"))
    [reply] = text_contents(Outgoing(words("Thanks"), reply_to="$theirs"))

    assert edit["body"] == "* 2 of 3"
    assert edit["m.new_content"] == {"msgtype": "m.text", "body": "2 of 3", "m.mentions": {}}
    assert edit["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$old"}
    assert reply["m.relates_to"] == {"m.in_reply_to": {"event_id": "$theirs"}}


def test_nothing_to_say_is_no_event() -> None:
    assert text_contents(Outgoing(())) == []
    assert text_contents(Outgoing(words(""))) == []


def test_a_picture_has_its_size_and_its_words_for_those_who_do_not_see_it() -> None:
    media = Media(Kind.IMAGE, Stored("0" * 64, "image/png", 4711, "photo.png"), "A crossing without lights")

    assert media_content(media, {"url": "mxc://a/b"}, Picture(640, 480)) == {
        "msgtype": "m.image",
        "body": "A crossing without lights",
        "url": "mxc://a/b",
        "info": {"mimetype": "image/png", "size": 4711, "w": 640, "h": 480},
        "m.mentions": {},
    }


def test_a_file_keeps_its_name_since_people_will_look_for_it() -> None:
    media = Media(Kind.FILE, Stored("0" * 64, "application/pdf", 9, "grant.pdf"), "Your grant")

    content = media_content(media, {"url": "mxc://a/b"}, Picture())

    assert (content["msgtype"], content["body"]) == ("m.file", "grant.pdf")
    assert "w" not in content["info"]


# ---- long texts ----------------------------------------------------------------------------------------------------


def test_a_long_text_is_divided_between_paragraphs_and_the_choices_come_last() -> None:
    paragraph = "All that is planned for the crossing at the school. " * 40
    message = Outgoing(words("\n\n".join([paragraph.strip()] * 60)), CHOICES, replaces="$old", reply_to="")

    first, *others = text_contents(message)

    assert others
    assert first["m.relates_to"]["event_id"] == "$old"
    assert all("m.relates_to" not in content for content in others)
    assert all(content["body"].endswith(".") for content in (first, *others[:-1]))
    assert others[-1]["body"].endswith("!skip Überspringen · !back Zurück")


def test_choices_that_no_longer_fit_under_the_words_get_an_event_of_their_own() -> None:
    many = tuple(Choice(str(number), "Bench " * 60) for number in range(50))

    contents = text_contents(Outgoing(words("word " * 4000), many))

    assert contents[0]["body"].strip() == ("word " * 4000).strip()
    assert contents[-1]["body"].startswith("1. Bench")


texts = st.text(st.characters(exclude_categories=["Cs"]))
part_lists = st.lists(
    st.builds(Part, texts, st.sampled_from(Style), st.sampled_from(["", "https://a.example/?b&c", "x:<y>"])), max_size=6
)
choice_lists = st.lists(st.builds(Choice, st.just("t"), texts.filter(bool), st.sampled_from(["", "/skip"])), max_size=5)


class Reader(HTMLParser):
    """Collects which tags a text has and what remains to be read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parent's
        self.tags.add(tag)
        self.said += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.said += data


@given(part_lists, choice_lists)
def test_no_words_become_markup(parts: list[Part], choices: list[Choice]) -> None:
    for content in text_contents(Outgoing(tuple(parts), tuple(choices))):
        reader = Reader()
        reader.feed(content.get("formatted_body", ""))
        reader.close()

        assert reader.tags <= {"strong", "em", "a", "br", "ol", "li"}
        if "formatted_body" in content and not choices and not any(part.url for part in parts):
            assert reader.said == content["body"]


long_texts = st.builds(
    lambda bit, times, gap: gap.join([bit] * times),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
    st.integers(1, 600),
    st.sampled_from(["", " ", "\n", "\n\n", "<&>"]),
)


@given(st.lists(st.builds(Part, long_texts, st.sampled_from(Style)), min_size=1, max_size=3), st.booleans())
def test_every_piece_fits_and_no_word_is_lost(parts: list[Part], replaces: bool) -> None:  # noqa: FBT001 - drawn
    message = Outgoing(tuple(parts), replaces="$old" if replaces else "")

    contents = text_contents(message)

    bodies = [content.get("m.new_content", content)["body"] for content in contents]
    assert all(len(orjson.dumps(content)) <= MAX_CONTENT_BYTES for content in contents)
    assert "".join(re.split(r"[ \n]+", "".join(bodies))) == "".join(re.split(r"[ \n]+", message.plain()))
