"""The base tables: everything the road itself keeps. Rooms under `civic/` add their own to the same metadata."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

Id = BigInteger().with_variant(Integer, "sqlite")
# Times are microseconds since 1970 UTC: exact, sortable, the same on every database.
Time = BigInteger

# `sqlite_autoincrement`: else SQLite gives the highest id again once its row is gone, and whoever still knows the old
# row by its id (a letter that waits, a reader's place in the web chat) takes the new one for it. PostgreSQL never does.

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("created_at", Time, nullable=False),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), unique=True),  # empty: a group's
    Column("address_id", Id),  # the address last used: where reminders go
    Column("state", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(64), nullable=False),
    Column("chat", String(255), nullable=False),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("private", Boolean, nullable=False),
    Column("blocked_at", Time),
    # The session of this chat before that was joined to another: old buttons name its frames as they were named then.
    Column("first_session", Id, nullable=False, server_default="0"),
    # Whose private chat it is, where the platform's id of the chat does not say it (Matrix): so that somebody who acts
    # in a group is known.
    Column("sender", String(255)),
    UniqueConstraint("channel", "chat"),
    sqlite_autoincrement=True,
)
_told = addresses.c.sender.is_not(None)
Index("addresses_sender", addresses.c.channel, addresses.c.sender, sqlite_where=_told, postgresql_where=_told)

# One row for each update ever taken: the dedupe, and the waiting room of what needs a file first or failed thrice.
inbox = Table(
    "inbox",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("at", Time, nullable=False),
    Column("state", Integer, nullable=False),  # 0 handled, 1 waiting, 2 set aside
    Column("seq", Id),  # order of waiting rows
    Column("raw", LargeBinary),  # the Inbound as JSON while it waits or is set aside
    Column("error", Text),
    sqlite_with_rowid=False,
)
Index("inbox_open", inbox.c.state, inbox.c.seq, sqlite_where=inbox.c.state > 0, postgresql_where=inbox.c.state > 0)
Index("inbox_age", inbox.c.at)

# Updates that wait for their turn, where several processes share the work (PostgreSQL).
queue = Table(
    "queue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Id, nullable=False),  # order within a chat, as its platform counts; 0 if it does not: by id
    Column("at", Time, nullable=False),
    Column("ready_at", Time, nullable=False),  # later: it waits, and holds up its chat
    Column("raw", LargeBinary, nullable=False),  # the Inbound as JSON
    Index("queue_chat", "address_id", "seq"),
    Index("queue_age", "at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),  # receipt, notice, ballot, bulk
    Column("state", String(8), nullable=False),  # queued, sending, sent, refused, unknown, expired, recalled
    Column("body", LargeBinary, nullable=False),  # the Outgoing as JSON
    Column("created_at", Time, nullable=False),
    Column("not_before", Time, nullable=False, server_default="0"),
    Column("expires_at", Time),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("external_id", String(255)),  # the platform's id of the sent message
    Column("error", Text),
)
_open = outbox.c.state.in_(("queued", "sending"))
Index("outbox_open", outbox.c.id, sqlite_where=_open, postgresql_where=_open)
Index("outbox_external", outbox.c.address_id, outbox.c.external_id)

due = Table(
    "due",
    metadata,
    Column("id", Id, primary_key=True),
    Column("due_at", Time, nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), index=True),
    Column("subject", String(255), nullable=False),
    UniqueConstraint("kind", "session_id", "subject"),
    sqlite_autoincrement=True,
)

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# Which process serves an account: one receives and sends for it, the others stand by.
leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", Time, nullable=False),  # by the clock of the database
)

# The web chat is its own platform: this is what its server remembers, as Telegram's remembers a chat.
web_messages = Table(
    "web_messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("at", Time, nullable=False),
    Column("txn", String(64), unique=True),  # ours: the outbox id, so that a resend is no second message
    Column("event", LargeBinary),  # the person's: an event as JSON
    Column("body", LargeBinary),  # ours: the Outgoing as JSON
    Index("web_messages_chat", "chat", "id"),
    sqlite_autoincrement=True,
)
