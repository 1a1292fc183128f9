"""Drawing dialogs: every step and every way is in the picture, in words a reader knows."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projektbot.dialog.graph import mermaid, svg
from projektbot.dialog.model import Dialog
from projektbot.dialog.outline import outline
from projektbot.dialog.read import read_dialog, read_dialogs

DIALOGS = Path(__file__).parents[2] / "dialogs"
NS = "{http://www.w3.org/2000/svg}"

PARTY = """\
dialog: party
version: 2
title: Plan a party
trigger: [{command: party}, {deep_link: party, fill: kind}, {moment: otherwise}]
steps:
  - question: kind
    type: select_one
    title: Kind
    label: Which <kind> & "size"?
    choices: [{name: a, label: Small}, {name: b, label: Large}, {name: c, label: Huge}]
  - {question: yard, type: text, label: Whose yard?, relevant: {kind: a}}
  - {question: street, type: text, label: Which street?, required: false, relevant: {kind: [b, c]}}
  - repeat: items
    title: Things to bring
    again: Anything else?
    min: 0
    max: 5
    steps: [{question: what, type: [text, audio], label: What?}]
  - {call: language, relevant: {any: [{items: {min: 3}}, {not: {street: {answered: true}}, kind: b}]}}
  - {calculate: size, function: size_of}
  - {review: r, label: Right?, submit: Send}
  - {do: invite, quiet: [sent]}
  - {note: Too late., relevant: {invite: late}}
  - {link: start}
"""


def party() -> Dialog:
    """Return a dialog with every kind of step."""
    dialog, problems = read_dialog(PARTY, "party.yaml")
    assert problems == []
    assert dialog is not None
    return dialog


def texts(picture: str) -> list[str]:
    """Return the texts of an SVG picture."""
    return [text.text or "" for text in ET.fromstring(picture).iter(f"{NS}text")]  # noqa: S314 - our own picture


def test_a_mermaid_chart_has_every_step_and_every_way() -> None:
    assert mermaid(party()) == (
        "flowchart TD\n"
        '  start(["Plan a party: /party, link party-{kind}, otherwise"])\n'
        '  s1["select one: Which #lt;kind#gt; & #quot;size#quot;?"]\n'
        "  start --> s1\n"
        '  s2["text: Whose yard?"]\n'
        '  s1 -->|"Kind: Small"| s2\n'
        '  s3["text, may be skipped: Which street?"]\n'
        '  s1 -->|"Kind: Large or Huge"| s3\n'
        '  s4{{"again and again, 0 to 5 times: Things to bring"}}\n'
        "  s2 --> s4\n"
        "  s3 --> s4\n"
        '  s5["text or audio: What?"]\n'
        "  s4 --> s5\n"
        '  s5 -->|"Anything else?"| s4\n'
        '  s6(["call: language"])\n'
        '  s4 -->|"no more, Things to bring: at least 3 or (not street: answered and Kind: Large)"| s6\n'
        '  s7("calculate: size = size_of")\n'
        '  s4 -->|"no more"| s7\n'
        "  s6 --> s7\n"
        '  s8[/"review: Right? [Send]"/]\n'
        "  s7 --> s8\n"
        '  s9[["do: invite"]]\n'
        "  s8 --> s9\n"
        '  s10("note: Too late.")\n'
        '  s9 -->|"invite: late"| s10\n'
        '  s11(["link: start"])\n'
        '  s9 -->|"otherwise"| s11\n'
        "  s10 --> s11\n"
    )


@pytest.mark.parametrize(
    ("question", "first", "second", "ways"),
    [
        ("required: true", "a", "b", ["a", "b"]),
        ("required: false", "a", "b", ["a", "b", "otherwise"]),
        ("required: true", "a", "[a, b]", ["a", "a or b", "a or b"]),
    ],
)
def test_a_way_straight_on_is_drawn_only_where_there_is_one(
    question: str, first: str, second: str, ways: list[str]
) -> None:
    dialog, problems = read_dialog(
        "dialog: d\nversion: 1\ntitle: D\nsteps:\n"
        f"  - {{question: q, type: select_one, label: Q, {question},"
        " choices: [{name: a, label: a}, {name: b, label: b}]}\n"
        f"  - {{note: One, relevant: {{q: {first}}}}}\n  - {{note: Two, relevant: {{q: {second}}}}}\n"
        "  - {note: Three}\n",
        "d.yaml",
    )
    assert problems == []
    assert dialog is not None

    arrows = [line.split("|")[1].strip('"') for line in mermaid(dialog).splitlines() if "|" in line]

    assert sorted(arrow.removeprefix("q: ") for arrow in arrows) == sorted(ways)


def test_an_svg_picture_has_every_step_condition_and_choice() -> None:
    shown = texts(svg(party()))

    for words in ("Plan a party", "Whose yard?", "Kind: Small", "Kind: Large or Huge", "◦ Small", "“Anything else?”"):
        assert words in shown
    assert 'Which <kind> & "size"?' in shown


def test_an_svg_picture_names_itself_and_follows_light_and_dark() -> None:
    picture = svg(party())
    root = ET.fromstring(picture)  # noqa: S314 - our own picture

    assert root.get("role") == "img"
    assert root.find(f"{NS}title") is not None
    assert root.findtext(f"{NS}title") == "Plan a party (party, version 2)"
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert "prefers-color-scheme: dark" in picture


def boxes(node: ET.Element, x: float = 0, y: float = 0) -> list[tuple[float, float, float, float]]:
    """Return left, top, right, bottom of every box, as it stands on the page."""
    found = []
    for child in node:
        if child.tag == f"{NS}g":
            dx, dy = map(float, child.get("transform", "").removeprefix("translate(").removesuffix(")").split())
            found += boxes(child, x + dx, y + dy)
        elif child.tag == f"{NS}rect" and child.get("class") not in ("ground", "loop"):
            found.append((x, y, x + float(child.get("width", "0")), y + float(child.get("height", "0"))))
    return found


def test_boxes_lie_on_the_page_and_never_on_each_other() -> None:
    dialogs, _ = read_dialogs(DIALOGS)

    for dialog in (party(), *dialogs.values()):
        root = ET.fromstring(svg(dialog))  # noqa: S314 - our own picture
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        found = boxes(root)

        assert len(found) == 1 + len(outline(dialog)) - sum(hasattr(e.step, "again") for e in outline(dialog))
        for index, (left, top, right, bottom) in enumerate(found):
            assert left >= 0
            assert top >= 0
            assert right <= width
            assert bottom <= height
            for other in found[:index]:
                beside = right <= other[0] or other[2] <= left
                assert beside or bottom <= other[1] or other[3] <= top


@pytest.mark.parametrize("count", [2, 3, 5, 9, 13])
def test_many_branches_stand_in_rows(count: int) -> None:
    choices = ", ".join(f"{{name: c{n}, label: C{n}}}" for n in range(count))
    links = "".join(f"  - {{link: d{n}, relevant: {{what: c{n}}}}}\n" for n in range(count))
    dialog, problems = read_dialog(
        "dialog: menu\nversion: 1\ntitle: Menu\nsteps:\n"
        f"  - {{question: what, type: select_one, label: What?, choices: [{choices}]}}\n{links}",
        "menu.yaml",
    )
    assert problems == []
    assert dialog is not None

    found = boxes(ET.fromstring(svg(dialog)))  # noqa: S314 - our own picture

    assert len(found) == count + 2
    assert max(right for _, _, right, _ in found) < 1400


# U+FFFE and U+FFFF are no characters: neither YAML nor SVG may hold them
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1))
@settings(deadline=None)
def test_any_words_make_a_picture(words: str) -> None:
    dialog = party()
    strange = Dialog("a", 1, words, dialog.steps)

    picture = ET.fromstring(svg(strange))  # noqa: S314 - our own picture

    assert words in (picture.findtext(f"{NS}title") or "")
    assert mermaid(strange).startswith("flowchart TD\n")
