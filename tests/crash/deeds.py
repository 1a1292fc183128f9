"""What the people of a team have done, as it must be found in the store."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.crash.residents import Resident

YES, NO, ABSTAIN = "yes", "no", "abstain"


@dataclass(slots=True)
class Question:
    """Something a group was asked: who has chosen which places last, and whether it is over.

    `polls` are the messages of the messenger's poll in which they did, and at last all of them in one.
    """

    chosen: dict[Resident, set[int]] = field(default_factory=dict)
    polls: dict[Resident, str] = field(default_factory=dict)
    over: bool = False

    def choose(self, who: Resident, *places: int) -> None:
        """Note a choice that takes the place of the one before."""
        self.chosen[who] = set(places)

    def turn(self, who: Resident, place: int) -> None:
        """Note a choice that is taken, or taken back."""
        self.chosen[who] = self.chosen.get(who, set()) ^ {place}


@dataclass(slots=True)
class Deeds:
    """Tasks and whether they are done; questions by kind and words; decisions with everybody's vote; who is what.

    `said` are words of the news a group must get without having asked for them.
    """

    tasks: dict[str, bool] = field(default_factory=dict)
    questions: dict[tuple[str, str], Question] = field(default_factory=dict)
    decisions: dict[str, dict[Resident, str]] = field(default_factory=dict)
    roles: dict[Resident, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def asked(self, kind: str, words: str) -> Question:
        """Note that something was asked."""
        return self.questions.setdefault((kind, words), Question())

    @property
    def people(self) -> list[Resident]:
        """Return who is in the team, who leads it first."""
        return [who for who, role in self.roles.items() if role in {"lead", "member"}]
