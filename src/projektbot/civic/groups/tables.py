"""Which group belongs to which project, and what is planned there: tasks, questions with buttons, binding votes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from projektbot.store.tables import Id, Time, metadata

project_chats = Table(
    "project_chats",
    metadata,
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("thread", String(255), nullable=False),  # the topic in which we speak by ourselves
    Column("bound_at", Time, nullable=False),
    UniqueConstraint("project", "channel"),  # one chat on each messenger
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False),
    Column("words", Text, nullable=False),
    Column("who", Text),  # as it was written
    Column("until", String(10)),  # the day, "2026-06-19"
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),  # who wrote it down
    Column("at", Time, nullable=False),
    Column("done_at", Time),
    Index("tasks_of_project", "project", "id"),
    sqlite_autoincrement=True,  # buttons name tasks by number: it must not come to mean another one
)

# What a group is asked with buttons under a message: which day suits, who comes, what people think.
questions = Table(
    "group_questions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),  # dates, coming, mood
    Column("words", Text, nullable=False),
    Column("options", Text, nullable=False),  # JSON: the choices; days as local time, "2026-06-19T18:00"
    Column("starts_at", Time),  # of a meeting whose time is fixed
    Column("at", Time, nullable=False),
    Column("ended_at", Time),
    Index("group_questions_of_project", "project", "id"),
    sqlite_autoincrement=True,
)

# Who asked, and so may end it: a person or, of somebody who has never written to us in private, as group_answers.voter.
group_askers = Table(
    "group_askers",
    metadata,
    Column("question", Id, ForeignKey("group_questions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), index=True),
    Column("guest", String(320)),
)

# In which message of which chat a question is put and, if by a poll of the messenger, how votes name that poll.
group_polls = Table(
    "group_polls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("question", Id, ForeignKey("group_questions.id", ondelete="CASCADE"), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("outbox_id", Id, nullable=False, unique=True),  # no foreign key: letters are forgotten before polls
    Column("message", String(255)),  # the messenger's ids of a poll, once it has taken the letter
    Column("poll", String(255)),
    UniqueConstraint("question", "address_id"),
    Index("group_polls_in_chat", "address_id", "poll"),
    Index("group_polls_by_poll", "poll"),
)

# Another message that came of the same letter: one that left twice stands there twice, and votes may name either.
group_poll_copies = Table(
    "group_poll_copies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("of", Id, ForeignKey("group_polls.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("message", String(255), nullable=False),
    Column("poll", String(255), nullable=False, index=True),
)

# What people chose in polls whose ids we do not know, or not yet: each person's last in each.
early_votes = Table(
    "early_votes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(64), nullable=False),
    Column("poll", String(255), nullable=False),
    Column("sender", String(255), nullable=False),  # the messenger's id of who votes
    Column("places", Text, nullable=False),  # JSON: of the choices
    Column("order", BigInteger, nullable=False),  # as the messenger counts
    Column("at", Time, nullable=False, index=True),
    UniqueConstraint("channel", "poll", "sender"),
    Index("early_votes_in_poll", "poll"),
)

group_answers = Table(
    "group_answers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("question", Id, ForeignKey("group_questions.id", ondelete="CASCADE"), nullable=False),
    Column("choice", Integer, nullable=False),
    # "p:" and the person's number, or the messenger and its id of somebody who has never written to us in private.
    Column("voter", String(320), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), index=True),
    UniqueConstraint("question", "voter", "choice"),
)

# By which reactions people chose something, so that it is taken back when they take those away.
group_reactions = Table(
    "group_reactions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("reaction", String(255), nullable=False),  # its id on that messenger, as the next two
    Column("message", String(255), nullable=False),
    Column("sender", String(255), nullable=False),
    Column("question", Id, ForeignKey("group_questions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("choice", Integer, nullable=False),
    Column("at", Time, nullable=False, index=True),
    UniqueConstraint("address_id", "reaction"),
)

# A binding vote: counted here, and apart from that who has voted, so that nobody can join the two.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("until", Time, nullable=False),
    Column("yes", Integer, nullable=False, server_default="0"),
    Column("no", Integer, nullable=False, server_default="0"),
    Column("abstain", Integer, nullable=False, server_default="0"),
    Column("at", Time, nullable=False),
    Column("ended_at", Time),
    sqlite_autoincrement=True,
)

# Who may vote, as of when the question was put, and whether they have: not what.
decision_voters = Table(
    "decision_voters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("decision", Id, ForeignKey("decisions.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("has_voted", Integer, nullable=False, server_default="0"),  # not when: that would tell what, beside a count
    UniqueConstraint("decision", "person_id"),
)

# Projects whose chats show each other plain messages.
relays = Table(
    "relays",
    metadata,
    Column(
        "project", Integer, ForeignKey("projects.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("at", Time, nullable=False),
)

# Which message of a group was passed on as which of ours; what it says stands in the outbox alone, as long as this.
relayed = Table(
    "relayed",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),  # where it was written
    Column("message", String(255), nullable=False),  # its id on that messenger
    Column("sender", String(255), nullable=False),  # who wrote it: only they may correct it or take it back
    Column("outbox_id", Id, ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Time, nullable=False),
    Index("relayed_message", "address_id", "message"),
)

# How much somebody had passed on lately, as in `dialog/pace.py`; without a sender: all of a chat together. With "="
# before the sender: how much they wanted of us.
relay_paces = Table(
    "relay_paces",
    metadata,
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("sender", String(255), primary_key=True),
    Column("pace", BigInteger, nullable=False),
)
