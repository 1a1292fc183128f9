"""Judges what a team did in its group: what is stored of it, and what the group was told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby

from tests.crash.deeds import Question
from tests.crash.oracle import (
    MOST_IN_DOUBT,
    InDoubt,
    Letter,
    Verdict,
    as_written,
    judge_inbox,
    judge_key,
    judge_news,
    judge_told,
    letters_to,
    words_of,
)
from tests.crash.points import TELEGRAM
from tests.crash.record import Bare, Record
from tests.crash.residents import Resident, Told
from tests.crash.teams import Team

PEOPLE = """
    SELECT s.person_id FROM sessions s JOIN addresses a ON a.session_id = s.id WHERE a.channel = ? AND a.chat = ?
"""
TASKS = "SELECT words, done_at FROM tasks WHERE project = ?"
QUESTIONS = "SELECT id, kind, words, ended_at FROM group_questions WHERE project = ?"
ANSWERS = """
    SELECT a.question, a.person_id, a.voter, a.choice FROM group_answers a
    JOIN group_questions q ON q.id = a.question WHERE q.project = ?
"""
POLLS = """
    SELECT question, message FROM group_polls p JOIN group_questions q ON q.id = p.question WHERE q.project = ?
    UNION ALL
    SELECT question, c.message FROM group_poll_copies c JOIN group_polls p ON p.id = c.of
    JOIN group_questions q ON q.id = p.question WHERE q.project = ?
"""
DECISIONS = "SELECT id, words, yes, no, abstain, ended_at FROM decisions WHERE project = ?"
VOTERS = """
    SELECT v.decision, v.person_id, v.has_voted FROM decision_voters v
    JOIN decisions d ON d.id = v.decision WHERE d.project = ?
"""
MEMBERS = "SELECT person_id, role FROM members WHERE project = ?"


def judge_teams(record: Record, teams: Sequence[Team], in_doubt: InDoubt, verdict: Verdict) -> None:
    """Compare what teams did with what is stored, and what is stored with what their groups saw."""
    with record.now() as db:
        for team in teams:
            _Judge(db, team, in_doubt, verdict).judge()


class _Judge:
    def __init__(self, db: Bare, team: Team, in_doubt: InDoubt, verdict: Verdict) -> None:
        self._db = db
        self._team = team
        self._in_doubt = in_doubt
        self._verdict = verdict
        self._ids = {who: self._id_of(who) for who in team.deeds.roles}

    def judge(self) -> None:
        """Judge everything of this team."""
        self._judge_tasks()
        self._judge_questions()
        self._judge_decisions()
        self._judge_members()
        judge_inbox(self._db, self._team.hall, self._verdict)
        self._judge_letters()

    def _id_of(self, who: Resident) -> int:
        (row,) = self._db.ask(PEOPLE, (who.seat.platform, who.seat.chat))
        return int(row["person_id"])

    def _compare(self, what: str, stored: object, done: object) -> None:
        if stored != done:
            self._verdict.wrong.append(f"{self._team.ref}: {what}: {stored} is stored, {done} was done")

    # ---- what is stored ----------------------------------------------------------------------------------------------

    def _judge_tasks(self) -> None:
        rows = self._db.ask(TASKS, (self._team.number,))
        counts, done = Counter(row["words"] for row in rows), self._team.deeds.tasks
        self._note_counts("task", counts, list(done))
        for row in rows:
            self._compare(f"task {row['words']!r} is done", row["done_at"] is not None, done.get(row["words"]))

    def _note_counts(self, what: str, counts: Counter[str], wanted: Sequence[str]) -> None:
        """Note what is stored more often than once, never, or though nobody did it."""
        ref = self._team.ref
        self._verdict.lost += [f"{ref}: {what} {words!r}" for words in wanted if not counts[words]]
        self._verdict.twice += [f"{ref}: {what} {words!r} {n} times" for words, n in counts.items() if n > 1]
        self._verdict.wrong += [f"{ref}: {what} {words!r} came from nobody" for words in set(counts) - set(wanted)]

    def _judge_questions(self) -> None:
        rows = self._db.ask(QUESTIONS, (self._team.number,))
        wanted = self._team.deeds.questions
        self._note_counts(
            "question", Counter(f"{row['kind']} {row['words']}" for row in rows), [" ".join(key) for key in wanted]
        )
        answers: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for row in self._db.ask(ANSWERS, (self._team.number,)):
            self._compare("the name of a voter", row["voter"], f"p:{row['person_id']}")
            answers[row["question"]][row["person_id"]].add(row["choice"])
        polls: dict[int, list[str]] = defaultdict(list)
        for row in self._db.ask(POLLS, (self._team.number,) * 2):
            polls[row["question"]] += [row["message"]] if row["message"] else []
        for row in rows:
            if question := wanted.get((row["kind"], row["words"])):
                what = f"{row['kind']} {row['words']!r}"
                self._compare(f"{what} is over", row["ended_at"] is not None, question.over)
                self._judge_answers(what, question, answers[row["id"]])
                self._judge_poll(what, question, polls[row["id"]])
        self._judge_votes({message for messages in polls.values() for message in messages})

    def _judge_answers(self, what: str, question: Question, stored: dict[int, set[int]]) -> None:
        given = {self._ids[who]: places for who, places in question.chosen.items() if places}
        self._compare(f"answers to {what}", dict(stored), given)

    def _judge_poll(self, what: str, question: Question, messages: list[str]) -> None:
        """Compare the messenger's own poll with what people chose in it; of two, the one to which all came."""
        voted = set(question.polls.values())
        message = next((message for message in messages if {message} == voted), "")
        if message and (counted := self._team.hall.counted(message)) is not None:
            given = Counter(place for places in question.chosen.values() for place in places)
            self._compare(f"{what} on {self._team.hall.platform}", counted, [given[n] for n in range(len(counted))])

    def _judge_votes(self, polls: set[str]) -> None:
        """Look for every vote in a poll that counts. In a copy of it that we never heard of nothing is counted."""
        for key, poll in self._team.hall.votes.items():
            if poll in polls:
                judge_key(self._db, self._team.hall, key, self._verdict)

    def _judge_decisions(self) -> None:
        rows = self._db.ask(DECISIONS, (self._team.number,))
        wanted = self._team.deeds.decisions
        self._note_counts("decision", Counter(row["words"] for row in rows), list(wanted))
        voters: dict[int, dict[int, bool]] = defaultdict(dict)
        for row in self._db.ask(VOTERS, (self._team.number,)):
            voters[row["decision"]][row["person_id"]] = bool(row["has_voted"])
        for row in rows:
            votes = wanted.get(row["words"], {})
            given = Counter(votes.values())
            stored = {vote: row[vote] for vote in ("yes", "no", "abstain")}
            self._compare(f"votes on {row['words']!r}", stored, {vote: given[vote] for vote in stored})
            self._compare(f"{row['words']!r} is over", row["ended_at"] is not None, True)  # noqa: FBT003 - a value
            self._compare(f"who voted on {row['words']!r}", voters[row["id"]], {self._ids[who]: True for who in votes})

    def _judge_members(self) -> None:
        stored = {row["person_id"]: row["role"] for row in self._db.ask(MEMBERS, (self._team.number,))}
        roles = {self._ids[who]: role for who, role in self._team.deeds.roles.items() if role != "left"}
        self._compare("the team", stored, roles)

    # ---- what was said -----------------------------------------------------------------------------------------------

    def _judge_letters(self) -> None:
        hall, verdict = self._team.hall, self._verdict
        rows = letters_to(self._db, hall)
        edits = [row for row in rows if row["body"]["replaces"]]
        letters = [row for row in rows if not row["body"]["replaces"]]
        verdict.messages += len(rows)
        answers = Counter(row["body"]["reply_to"] for row in letters if row["kind"] == "receipt")
        self._compare("answers to commands", answers, Counter(hall.commands))
        self._compare("answers to buttons", len(edits), hall.presses)
        judge_news(hall, letters, self._team.deeds.said, verdict)
        judge_told(letters, hall, self._in_doubt, verdict)
        self._judge_edits(edits, hall.corrected())

    def _judge_edits(self, edits: list[Letter], seen: list[Told]) -> None:
        """Compare corrections; on Telegram one that changes nothing is none, and what was in doubt comes again."""
        written = [(row["body"]["replaces"], words_of(row)) for row in edits]
        given = [(one.id, as_written(one.words)) for one in seen]
        if self._team.hall.platform == TELEGRAM:
            for message in {message for message, _ in written + given}:
                must, is_ = _changes(written, message), _changes(given, message)
                if not _are_told(must, is_):
                    self._compare(f"corrections of {message}", must, is_)
            return
        fitting = [
            to == other and said.startswith(words) for (to, words), (other, said) in zip(written, given, strict=False)
        ]
        self._compare("corrections", (len(written), all(fitting)), (len(given), True))


def _are_told(written: list[str], given: list[str]) -> bool:
    """Say whether what was written was shown, to its end, the last ones of a moment perhaps once more."""
    places = {-1}
    for words in given:
        near = {place + step for place in places for step in range(1 - MOST_IN_DOUBT, 2)}
        places = {place for place in near if 0 <= place < len(written) and written[place] == words}
    return len(written) - 1 in places


def _changes(edits: Sequence[tuple[str, str]], message: str) -> list[str]:
    return [words for words, _ in groupby(words for to, words in edits if to == message)]
