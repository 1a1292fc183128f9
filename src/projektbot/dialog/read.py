"""Dialogs read from their files, with everything that is wrong with them at once."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from projektbot.dialog import nodes
from projektbot.dialog.model import Dialog, Trigger
from projektbot.dialog.nodes import Node, Page, Problem
from projektbot.dialog.read_steps import read_steps

__all__ = ["Problem", "read_dialog", "read_dialogs"]

DIALOG_KEYS = ("dialog", "version", "title", "trigger", "keeps", "returns", "remind", "expires_after", "steps")
DIALOG_NEEDS = ("dialog", "version", "title", "steps")
TRIGGER_KEYS = ("command", "deep_link", "moment")
MOMENTS = ("first_contact", "otherwise")
COMMAND = re.compile(r"[a-z][a-z0-9_]{0,31}")  # Bot API BotCommand
DURATION = re.compile(r"P(?=[0-9T])(?:([0-9]{1,4})D)?(?:T(?=[0-9])(?:([0-9]{1,4})H)?(?:([0-9]{1,4})M)?)?")
EXPIRES_AFTER = 90 * 86400


def read_dialog(text: str, path: str) -> tuple[Dialog | None, list[Problem]]:
    """Return the dialog in a YAML text and all that is wrong with it.

    With problems, what could be read is still returned if it has a name, so that `check_dialogs` can say the rest; it
    is not to be played. None: nothing could be made of it.
    """
    page = Page(path)
    root = nodes.compose(page, text)
    dialog = _dialog(page, root) if root is not None else None
    return (dialog if dialog and dialog.name else None), sorted(page.problems)


def read_dialogs(folder: Path) -> tuple[dict[str, Dialog], list[Problem]]:
    """Return the dialogs below a folder by name, and all that is wrong; paths begin with the folder's name."""
    dialogs: dict[str, Dialog] = {}
    problems: list[Problem] = []
    for file in sorted(folder.rglob("*.yaml")):
        path = file.relative_to(folder.parent).as_posix()
        dialog, found = _read_file(file, path)
        problems += found
        if dialog is None:
            continue
        if dialog.name != file.stem:
            problems.append(Problem(path, dialog.line, f"dialog '{dialog.name}' must be in a file of that name"))
        if dialog.name in dialogs:
            where = dialogs[dialog.name].path
            problems.append(Problem(path, dialog.line, f"dialog '{dialog.name}' is already in {where}"))
        dialogs.setdefault(dialog.name, dialog)
    return dialogs, problems


def _read_file(file: Path, path: str) -> tuple[Dialog | None, list[Problem]]:
    raw = file.read_bytes()
    try:
        return read_dialog(raw.decode("utf-8-sig"), path)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [Problem(path, line, "the file must be saved as UTF-8")]


def _dialog(page: Page, root: Node) -> Dialog:
    found = nodes.fields(page, root, "the dialog", known=DIALOG_KEYS, required=DIALOG_NEEDS)
    expires = _duration(page, found.get("expires_after"), "expires_after")
    return Dialog(
        nodes.name(page, found.get("dialog"), "dialog"),
        nodes.integer(page, found.get("version"), "version", least=1, default=1),
        nodes.text(page, found.get("title"), "title"),
        read_steps(page, found.get("steps")),
        tuple(_trigger(page, item) for item in nodes.items(page, found.get("trigger"), "'trigger'")),
        nodes.flag(page, found.get("keeps"), "keeps", default=False),
        nodes.flag(page, found.get("returns"), "returns", default=False),
        _reminders(page, found.get("remind")),
        expires or EXPIRES_AFTER,
        page.path,
        found["dialog"].start_mark.line + 1 if "dialog" in found else 1,
    )


def _trigger(page: Page, node: Node) -> Trigger:
    found = nodes.fields(page, node, "a trigger", known=(*TRIGGER_KEYS, "fill"))
    if isinstance(node, yaml.MappingNode) and len(found.keys() & set(TRIGGER_KEYS)) != 1:
        page.complain(node, f"a trigger is one of: {', '.join(TRIGGER_KEYS)}")
    if "fill" in found and "moment" in found:
        page.complain(found["fill"], "'fill' goes with 'deep_link' or 'command': it takes what follows them")
    return Trigger(
        _command(page, found.get("command")),
        nodes.name(page, found.get("deep_link"), "deep_link"),
        nodes.name(page, found.get("fill"), "fill"),
        _moment(page, found.get("moment")),
    )


def _command(page: Page, node: Node | None) -> str:
    command = nodes.word(page, node, "command")
    if node is not None and command and not COMMAND.fullmatch(command):
        page.complain(node, f"'{command}' is no command (without '/': small letters, digits and _, at most 32)")
        return ""
    return command


def _moment(page: Page, node: Node | None) -> str:
    moment = nodes.word(page, node, "moment")
    if node is not None and moment and moment not in MOMENTS:
        page.complain(node, f"unknown moment '{moment}'{nodes.did_you_mean(moment, MOMENTS)}")
        return ""
    return moment


def _reminders(page: Page, node: Node | None) -> tuple[int, ...]:
    if node is None:
        return ()
    after = nodes.fields(page, node, "'remind'", known=("after",), required=("after",)).get("after")
    seconds = [_duration(page, item, "after") for item in nodes.items(page, after, "'after'")]
    if seconds != sorted(set(seconds)):
        page.complain(after or node, "each reminder must come later than the one before")
    return tuple(seconds)


def _duration(page: Page, node: Node | None, what: str) -> int:
    """Return seconds, 0 if there is no duration."""
    word = nodes.word(page, node, what)
    match = DURATION.fullmatch(word)
    days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    seconds = days * 86400 + hours * 3600 + minutes * 60
    if node is not None and word and not seconds:
        page.complain(node, f"'{word}' is no duration (days P5D, hours PT12H, minutes PT30M, or together P1DT12H)")
    return seconds
