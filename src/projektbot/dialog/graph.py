"""A dialog as a drawing: Mermaid for documents, SVG for everything else."""

from __future__ import annotations

from dataclasses import dataclass, field

from projektbot.dialog.branches import Branch, condition_in_words, forks, kind_of, says, trigger_in_words
from projektbot.dialog.model import Call, Dialog, Do, Link, Question, Repeat, Review, Step
from projektbot.dialog.svg import svg

__all__ = ["mermaid", "svg"]

Ends = list[tuple[str, str]]  # where the way goes on from: node and what stands on the arrow


def mermaid(dialog: Dialog) -> str:
    """Return a Mermaid flowchart."""
    chart = _Chart(dialog, ["flowchart TD"])
    opened = ", ".join(map(trigger_in_words, dialog.triggers))
    chart.lines.append(f"  start([{_quoted(f'{dialog.title}: {opened}' if opened else dialog.title)}])")
    ends = _steps(chart, dialog.steps, [("start", "")])
    if ends:
        chart.lines.append('  end_([" "])')
        _arrows(chart, ends, "end_", "")
    return "\n".join(chart.lines) + "\n"


@dataclass(slots=True)
class _Chart:
    dialog: Dialog
    lines: list[str]
    indent: str = "  "
    count: list[int] = field(default_factory=lambda: [0])


def _steps(chart: _Chart, steps: tuple[Step, ...], ends: Ends) -> Ends:
    for fork in forks(chart.dialog, steps):
        came_from = ends
        ends = [] if fork.complete else [(node, words or "otherwise") for node, words in came_from]
        for branch in fork.branches:
            ends += _branch(chart, branch, came_from)
    return ends


def _branch(chart: _Chart, branch: Branch, ends: Ends) -> Ends:
    condition = condition_in_words(chart.dialog, branch.condition)
    for step in branch.steps:
        ends = _step(chart, step, ends, condition)
        condition = ""
    return [] if branch.ends else ends


def _step(chart: _Chart, step: Step, ends: Ends, condition: str) -> Ends:
    chart.count[0] += 1
    node = f"s{chart.count[0]}"
    left, right = _shape(step)
    chart.lines.append(f"  {node}{left}{_quoted(f'{kind_of(step)}: {says(step)}')}{right}")
    _arrows(chart, ends, node, condition)
    if not isinstance(step, Repeat):
        return [(node, "")]
    _arrows(chart, _steps(chart, step.steps, [(node, "")]), node, step.again)
    return [(node, "no more")]


def _arrows(chart: _Chart, ends: Ends, to: str, condition: str) -> None:
    for node, words in ends:
        said = ", ".join(filter(None, [words if words != "otherwise" or not condition else "", condition]))
        chart.lines.append(f"  {node} -->{f'|{_quoted(said)}|' if said else ''} {to}")


def _shape(step: Step) -> tuple[str, str]:
    match step:
        case Question():
            return "[", "]"
        case Repeat():
            return "{{", "}}"
        case Review():
            return "[/", "/]"
        case Do():
            return "[[", "]]"
        case Call() | Link():
            return "([", "])"
        case _:
            return "(", ")"


def _quoted(words: str) -> str:
    plain = " ".join(words.split())
    for sign, code in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        plain = plain.replace(sign, code)
    return f'"{plain}"'
