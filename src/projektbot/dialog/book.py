"""All dialogs of a house, and which command, link or moment opens which."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from projektbot.dialog.model import Dialog, Trigger
from projektbot.dialog.reading import Option
from projektbot.dialog.saying import Line, Prompt
from projektbot.texts import N_

# Commands every dialog understands, whatever is open, and how a messenger's menu describes them. The words themselves
# are translated as well: N_("/back") is "/zurueck" in German.
BUILT_IN = {
    N_("/cancel").msgid[1:]: N_("Stop here"),
    N_("/back").msgid[1:]: N_("One question back"),
    N_("/skip").msgid[1:]: N_("Leave this question out"),
    N_("/keep").msgid[1:]: N_("Keep the earlier answer"),
    N_("/more").msgid[1:]: N_("More choices"),
}


@dataclass(frozen=True, slots=True)
class Book:
    """Dialogs by name; the commands of all languages lead to the same ones."""

    dialogs: Mapping[str, Dialog]
    commands: Mapping[str, str]  # word without slash → canonical command
    by_command: Mapping[str, Dialog]
    by_link: Mapping[str, tuple[Dialog, Trigger]]
    by_moment: Mapping[str, Dialog]
    with_words: Mapping[str, tuple[Dialog, Trigger]] = field(default_factory=dict)  # by command, with words behind it
    labels: dict[tuple[str | int, str], list[Option]] = field(default_factory=dict)  # fixed choices, by language
    prompts: dict[tuple[object, ...], Prompt] = field(default_factory=dict)  # of plain questions, by all they depend on
    summaries: dict[tuple[object, ...], Line] = field(default_factory=dict)  # of choices, likewise

    def opened_by_command(self, command: str, words: str) -> tuple[Dialog, dict[str, str]]:
        """Return the dialog a command opens and what the words behind it fill in."""
        if words and command in self.with_words:
            dialog, trigger = self.with_words[command]
            return dialog, {trigger.fill: words}
        return self.by_command[command], {}

    def opened_by_link(self, payload: str) -> tuple[Dialog, dict[str, str]] | None:
        """Return the dialog a deep link opens and what it fills in ("idea-altstadt": the area)."""
        word, _, rest = payload.partition("-")
        found = self.by_link.get(payload) or self.by_link.get(word)
        if found is None:
            return None
        dialog, trigger = found
        return dialog, {trigger.fill: rest} if trigger.fill and rest else {}


def make_book(dialogs: Iterable[Dialog], words: Mapping[str, str]) -> Book:
    """Bind dialogs together; `words` are further spellings of commands ("idee" → "idea")."""
    by_name = {dialog.name: dialog for dialog in dialogs}
    triggers = [(dialog, trigger) for dialog in by_name.values() for trigger in dialog.triggers]
    by_command = {trigger.command: dialog for dialog, trigger in triggers if trigger.command and not trigger.fill}
    own = {name: name for name in (*by_command, *BUILT_IN)}
    return Book(
        by_name,
        {**{spelled(word): command for word, command in words.items()}, **own},
        by_command,
        {trigger.deep_link: (dialog, trigger) for dialog, trigger in triggers if trigger.deep_link},
        {trigger.moment: dialog for dialog, trigger in triggers if trigger.moment},
        {trigger.command: (dialog, trigger) for dialog, trigger in triggers if trigger.command and trigger.fill},
    )


def spelled(word: str) -> str:
    """Return a command word as it is compared: lower case, umlauts written out ("Menü" → "menue")."""
    lower = word.strip().lstrip("/").casefold()
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        lower = lower.replace(umlaut, plain)
    bare = unicodedata.normalize("NFKD", lower)
    return "".join(char for char in bare if not unicodedata.combining(char))
