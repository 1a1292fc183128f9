"""A strict Telegram Bot API server for tests: state in memory, people and faults on demand."""

from tests.servers.botapi.chats import Happening
from tests.servers.botapi.clock import ManualClock
from tests.servers.botapi.faults import Faults, Kind
from tests.servers.botapi.groups import Group
from tests.servers.botapi.limits import Limits, Rate
from tests.servers.botapi.people import Blocked, Person
from tests.servers.botapi.server import BotApiServer
from tests.servers.botapi.sight import Button, Seen
from tests.servers.botapi.webhook import Backoff

__all__ = [
    "Backoff",
    "Blocked",
    "BotApiServer",
    "Button",
    "Faults",
    "Group",
    "Happening",
    "Kind",
    "Limits",
    "ManualClock",
    "Person",
    "Rate",
    "Seen",
]
