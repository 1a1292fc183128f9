"""A dialog as SVG: boxes from top to bottom, branches beside each other, in light and dark.

A picture is built of blocks. Each has a size and an axis, the x where the way enters above and leaves below.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

from projektbot.dialog.branches import (
    Branch,
    Fork,
    condition_in_words,
    forks,
    kind_of,
    says,
    step_name,
    trigger_in_words,
)
from projektbot.dialog.model import Calculate, Call, Dialog, Do, Link, Note, Question, Repeat, Review, Step

BOX = 280  # width of a box
PAD = 14
LINE = 18  # from one line of text to the next, at 13 px
SMALL = 15  # the same at 11 px
LETTERS = 36  # of 13 px that fit into a box in every usual typeface
STRONG = 31  # the same in bold
SMALL_LETTERS = 42
WHEN = 23  # letters of a condition, right of its arrow
GAP = 26  # between a box and the next, for the arrow
ALLEY = 28  # between branches
BEND = 8  # radius of a corner
ROW = 4  # branches beside each other before the next row begins
MAX_CHOICES = 6
MAX_LINES = 8

STYLE = """
svg { --ground: #ffffff; --ink: #1d2329; --faint: #5d6873; --line: #8b96a1; --box: #f4f6f8; --edge: #c6ced6;
  --ask: #e6f0fa; --ask-edge: #7fa8d1; --do: #fdf0d9; --do-edge: #d3a14c; --go: #e5f3e8; --go-edge: #7db08a; }
@media (prefers-color-scheme: dark) { svg { --ground: #161b20; --ink: #e8ecf0; --faint: #a3aeb9; --line: #75818d;
  --box: #222930; --edge: #46515c; --ask: #1b2d40; --ask-edge: #47719b; --do: #3a2f1a; --do-edge: #94713a;
  --go: #1c3324; --go-edge: #4d7f5b; } }
text { font: 13px system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; fill: var(--ink); }
.small { font-size: 11px; fill: var(--faint); } .when { font-size: 12px; font-style: italic; fill: var(--faint); }
.strong { font-weight: 600; } .box { fill: var(--box); stroke: var(--edge); }
.ask { fill: var(--ask); stroke: var(--ask-edge); }
.do { fill: var(--do); stroke: var(--do-edge); } .go { fill: var(--go); stroke: var(--go-edge); }
.loop { fill: none; stroke: var(--ask-edge); stroke-dasharray: 5 4; }
.way { fill: none; stroke: var(--line); stroke-width: 1.5; }
.tip { fill: var(--line); } .ground { fill: var(--ground); }
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the picture; `open` if a way leaves it below, `solid` if one above ends in a tip."""

    width: float
    height: float
    axis: float
    marks: tuple[str, ...]
    open: bool = True
    solid: bool = True


def svg(dialog: Dialog) -> str:
    """Return a dialog as an SVG document."""
    opened = " · ".join(map(trigger_in_words, dialog.triggers))
    body = _stack([_pill(dialog.title, opened), _flow(dialog, dialog.steps)])
    if body.open:
        body = _stack([body, _dot()])
    width, height = body.width + 2 * ALLEY, body.height + 2 * ALLEY
    title = escape(f"{dialog.title} ({dialog.name}, version {dialog.version})")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"',
            f' width="{width:g}" height="{height:g}" role="img" aria-labelledby="dialog-title">',
            f'<title id="dialog-title">{title}</title>',
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{width:g}" height="{height:g}"/>',
            *_moved(body, ALLEY, ALLEY),
            "</svg>\n",
        ]
    )


# ---- blocks of blocks ------------------------------------------------------------------------------------------------


def _flow(dialog: Dialog, steps: Sequence[Step]) -> Block:
    return _stack([_fork(dialog, fork) for fork in forks(dialog, steps)])


def _stack(blocks: Sequence[Block]) -> Block:
    """Put blocks below each other on one axis, with arrows between them."""
    axis = max(block.axis for block in blocks)
    width = axis + max(block.width - block.axis for block in blocks)
    marks: list[str] = []
    y = 0.0
    for index, block in enumerate(blocks):
        if index:
            marks += _between(axis, y, block) if blocks[index - 1].open else []
            y += GAP
        marks += _moved(block, axis - block.axis, y)
        y += block.height
    return Block(width, y, axis, tuple(marks), blocks[-1].open, blocks[0].solid)


def _between(x: float, y: float, below: Block) -> list[str]:
    return _arrow(x, y, y + GAP) if below.solid else [_way(f"M{x:g} {y:g}v{GAP}")]


def _fork(dialog: Dialog, fork: Fork) -> Block:
    if fork.branches[0].condition is None:
        return _column(dialog, fork.branches[0])
    last = (len(fork.branches) - 1) // ROW
    each = ceil(len(fork.branches) / (last + 1))
    rows = [fork.branches[start : start + each] for start in range(0, len(fork.branches), each)]
    return _stack([_row(dialog, row, passing=not fork.complete or index < last) for index, row in enumerate(rows)])


def _column(dialog: Dialog, branch: Branch) -> Block:
    return _stack([_loop(dialog, step) if isinstance(step, Repeat) else _box(step) for step in branch.steps])


def _row(dialog: Dialog, branches: Sequence[Branch], *, passing: bool) -> Block:
    """Put branches beside each other; with `passing`, the way also goes straight on between them."""
    columns = [_column(dialog, branch) for branch in branches]
    words = [_clipped(_wrapped(condition_in_words(dialog, branch.condition), WHEN), MAX_LINES) for branch in branches]
    top = 2 * BEND + max(map(len, words)) * SMALL + GAP
    lefts, axis, width = _placed(columns, passing=passing)
    bottom = top + max(column.height for column in columns) + GAP
    marks: list[str] = []
    for left, column, said in zip(lefts, columns, words, strict=True):
        x = left + column.axis
        marks += _turn(axis, 0, x, BEND, top)
        marks += [_text(x + 8, 3.4 * BEND + line * SMALL, part, "when") for line, part in enumerate(said)]
        marks += _moved(column, left, top)
        marks += _back(x, top + column.height, axis, bottom) if column.open else []
    if passing:
        marks.append(_way(f"M{axis:g} 0V{bottom:g}"))
    opens = passing or any(column.open for column in columns)
    return Block(width + ALLEY, bottom, axis, tuple(marks), opens, solid=False)


def _placed(columns: Sequence[Block], *, passing: bool) -> tuple[list[float], float, float]:
    """Return where columns begin, the axis and the width; a way straight on needs an alley in the middle."""
    middle = ceil(len(columns) / 2) if len(columns) > 1 else 0
    lefts: list[float] = []
    x = axis = 0.0
    for index, column in enumerate(columns):
        if passing and index == middle:
            axis = x + ALLEY / 2 if index else 0.0
            x = axis + ALLEY
        lefts.append(x)
        x += column.width + ALLEY
    width = x - ALLEY
    return lefts, axis if passing else _centre(lefts, columns), width


def _centre(lefts: Sequence[float], columns: Sequence[Block]) -> float:
    return (lefts[0] + columns[0].axis + lefts[-1] + columns[-1].axis) / 2


def _loop(dialog: Dialog, repeat: Repeat) -> Block:
    """Frame the steps of a repeat; the way back up says what is asked after each round."""
    inner = _flow(dialog, repeat.steps)
    again = _wrapped(f"“{repeat.again}”", LETTERS)
    head = PAD + LINE + SMALL + GAP
    width = max(inner.width, BOX) + 2 * ALLEY
    shift = (width - inner.width) / 2
    height = head + inner.height + GAP + len(again) * SMALL + BEND
    axis = shift + inner.axis
    marks = [
        f'<rect class="loop" width="{width:g}" height="{height:g}" rx="12"/>',
        _text(PAD, PAD + 6, says(repeat), "strong"),
        _text(PAD, PAD + 6 + SMALL, kind_of(repeat), "small"),
        *_arrow(axis, head - GAP, head),
        _way(f"M{axis:g} {height - BEND:g}H{ALLEY / 2:g}V{head - 0.7 * GAP:g}H{axis - 7:g}"),
        f'<path class="tip" d="M{axis - 8:g} {head - 0.7 * GAP - 4:g}v8l7 -4z"/>',
        *_moved(inner, shift, head),
        _way(f"M{axis:g} {head + inner.height:g}V{height:g}"),
        *[
            _text(axis + 8, height - 2 * BEND - (len(again) - 1 - i) * SMALL, part, "when")
            for i, part in enumerate(again)
        ],
    ]
    return Block(width, height, axis, tuple(marks))


# ---- boxes -----------------------------------------------------------------------------------------------------------


def _box(step: Step) -> Block:
    strong = "" if isinstance(step, Note) else "strong"
    lines = _clipped(_wrapped(says(step), STRONG if strong else LETTERS), MAX_LINES)
    choices = _choices(step)
    height = PAD + SMALL + 4 + len(lines) * LINE + (len(choices) * LINE + 4 if choices else 0) + PAD - 6
    style, corner = _look(step)
    y = PAD + SMALL + 12
    marks = [
        f'<rect class="{style}" width="{BOX}" height="{height:g}" rx="{corner:g}"/>',
        _text(PAD, PAD + 6, kind_of(step), "small"),
        _text(BOX - PAD, PAD + 6, _name_shown(step), "small", end=True),
        *[_text(PAD, y + index * LINE, line, strong) for index, line in enumerate(lines)],
        *[_text(PAD, y + 4 + (len(lines) + index) * LINE, line, "") for index, line in enumerate(choices)],
    ]
    return Block(BOX, height, BOX / 2, tuple(marks), not isinstance(step, Link))


def _name_shown(step: Step) -> str:
    name = step_name(step)
    return "" if name in (says(step), kind_of(step)) or isinstance(step, Calculate) else name


def _look(step: Step) -> tuple[str, float]:
    match step:
        case Question() | Review():
            return "ask", 8
        case Do() | Calculate():
            return "do", 3
        case Link() | Call():
            return "go", 22
        case _:
            return "box", 8


def _choices(step: Step) -> list[str]:
    if not isinstance(step, Question):
        return []
    if step.provider:
        return [f"◦ {step.provider.replace('_', ' ')} …"]
    labels = [
        _clipped(_wrapped(choice.label, LETTERS - 4), 1)[0] for choice in step.choices[:MAX_CHOICES] if choice.label
    ]
    more = len(step.choices) - MAX_CHOICES
    return [f"◦ {label}" for label in labels] + ([f"… {more} more"] if more > 0 else [])


def _pill(title: str, opened: str) -> Block:
    lines = _wrapped(title, STRONG)
    small = _wrapped(opened, SMALL_LETTERS)
    height = 2 * PAD + len(lines) * LINE + len(small) * SMALL - 4
    middle = BOX / 2
    return Block(
        BOX,
        height,
        middle,
        (
            f'<rect class="box" width="{BOX}" height="{height:g}" rx="{min(height / 2, 24):g}"/>',
            *[_text(middle, PAD + 12 + i * LINE, line, "strong", middle=True) for i, line in enumerate(lines)],
            *[
                _text(middle, PAD + 11 + len(lines) * LINE + i * SMALL, line, "small", middle=True)
                for i, line in enumerate(small)
            ],
        ),
    )


def _dot() -> Block:
    return Block(14, 14, 7, ('<circle class="tip" cx="7" cy="7" r="6"/>',), open=False)


# ---- marks -----------------------------------------------------------------------------------------------------------


def _moved(block: Block, x: float, y: float) -> list[str]:
    return [f'<g transform="translate({x:g} {y:g})">', *block.marks, "</g>"]


def _way(path: str) -> str:
    return f'<path class="way" d="{path}"/>'


def _arrow(x: float, start: float, end: float) -> list[str]:
    return [_way(f"M{x:g} {start:g}V{end - 5:g}"), _tip(x, end)]


def _tip(x: float, y: float) -> str:
    return f'<path class="tip" d="M{x - 4:g} {y - 7:g}h8L{x:g} {y:g}z"/>'


def _turn(x: float, y: float, to: float, bend: float, end: float) -> list[str]:
    """Draw a way that leaves the axis sideways and goes down to a box."""
    if to == x:
        return _arrow(x, y, end)
    side = bend if to > x else -bend
    return [
        _way(f"M{x:g} {y:g}V{bend:g}H{to - side:g}q{side:g} 0 {side:g} {bend:g}V{end - 5:g}"),
        _tip(to, end),
    ]


def _back(x: float, y: float, axis: float, end: float) -> list[str]:
    """Draw the way from the foot of a branch back to the axis."""
    if x == axis:
        return [_way(f"M{x:g} {y:g}V{end:g}")]
    side = BEND if axis > x else -BEND
    return [_way(f"M{x:g} {y:g}V{end - 2 * BEND:g}q0 {BEND:g} {side:g} {BEND:g}H{axis:g}V{end:g}")]


def _text(x: float, y: float, words: str, style: str, *, end: bool = False, middle: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    named = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{named}{anchor}>{escape(words)}</text>' if words else ""


def _wrapped(words: str, letters: int) -> list[str]:
    return [line for part in words.splitlines() for line in textwrap.wrap(part, letters)]


def _clipped(lines: list[str], most: int) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1]} …"]
