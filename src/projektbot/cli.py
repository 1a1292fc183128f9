"""The command line. Only argparse is loaded until a command is chosen: `--help` answers at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

# argparse has no public name for what holds the commands
Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0 if all went well, 1 if something is wrong, 2 if the call or the settings are."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    from sqlalchemy.exc import DBAPIError

    from projektbot.errors import DialogError, Rejected, SettingsError

    try:
        code = run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # who read us wanted no more, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it ends
        return 1
    except SettingsError as error:
        return _complain("The settings are wrong:", error.problems, 2)
    except DialogError as error:
        return _complain("The dialogs are wrong:", error.problems, 1)
    except Rejected as error:
        return _complain("Not done:", [error.reason], 1)
    except DBAPIError as error:
        return _complain("The database does not work:", [_advice(error)], 1)
    except KeyboardInterrupt:
        return 130
    return code


def _advice(error: DBAPIError) -> str:
    from sqlalchemy.engine import make_url

    from projektbot.config import read_settings
    from projektbot.store.advice import advice

    return advice(error, make_url(read_settings().database))


def _complain(heading: str, problems: Sequence[str], code: int) -> int:
    print(heading, *(f"  {problem}" for problem in problems), sep="\n", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="projektbot", description="Taking part in one's city by messenger.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add(commands, "run", _run, "serve all configured channels, the web and the jobs")
    _add(commands, "demo", _demo, "run with a sample city and three web chats; no token needed")
    _add(commands, "worker", _worker, "give a hand to a running projektbot on the same PostgreSQL")
    chat = _add(commands, "chat", _chat, "play the dialogs in the terminal")
    chat.epilog = "Type a number to choose (#2 even where a number would be an answer), :file PATH to send a file, \
:location LAT LON to share a place, Ctrl-D to end."
    chat.add_argument("--locale", default="", help="language to begin in (de, en)")
    chat.add_argument("--record", metavar="FILE", help="write what was said as a transcript")
    check = _add(commands, "check", _check, "find mistakes in dialogs and catalogs")
    check.add_argument("--drafts", action="store_true", help="also count open drafts that changed dialogs concern")
    graph = _add(commands, "graph", _graph, "draw a dialog")
    graph.add_argument("dialog", help="name of the dialog")
    graph.add_argument("--svg", action="store_true", help="SVG instead of Mermaid")
    doctor = _add(commands, "doctor", _doctor, "say in words what is wrong with this installation")
    doctor.add_argument("--json", action="store_true", help="as data")
    _add_db(commands)
    _add_staff(commands)
    return parser


def _add(commands: Verbs, name: str, run: Callable[..., int], words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    return parser


def _add_db(commands: Verbs) -> None:
    db = commands.add_parser("db", help="upgrade, back up or restore the database")
    verbs = db.add_subparsers(metavar="VERB", required=True)
    _add(verbs, "upgrade", _db_upgrade, "bring the database to the form this version needs")
    _add(verbs, "backup", _db_backup, "copy the database while it is in use").add_argument("file")
    _add(verbs, "restore", _db_restore, "put a backup in the place of the database").add_argument("file")


def _add_staff(commands: Verbs) -> None:
    staff = commands.add_parser("staff", help="give roles of the city, list them, take them away")
    verbs = staff.add_subparsers(metavar="VERB", required=True)
    grant = _add(verbs, "grant", _staff_grant, "make an invitation to a role, good once, for 7 days")
    grant.add_argument("role", metavar="ROLE", help="moderator, caseworker, broadcaster, host or admin")
    grant.add_argument("--area", default="", metavar="CODE", help="area it is good in; everywhere unless named")
    listing = _add(verbs, "list", _staff_list, "list the roles that were taken")
    listing.add_argument("--json", action="store_true", help="as data")
    revoke = _add(verbs, "revoke", _staff_revoke, "take a role away, at once")
    revoke.add_argument("number", metavar="NUMBER", type=int, help="as `staff list` shows it")


def _run(_options: argparse.Namespace) -> int:
    from projektbot.commands.run import run

    return run(demo=False)


def _demo(_options: argparse.Namespace) -> int:
    from projektbot.commands.run import run

    return run(demo=True)


def _worker(_options: argparse.Namespace) -> int:
    from projektbot.commands.run import add_worker

    return add_worker()


def _chat(options: argparse.Namespace) -> int:
    from projektbot.commands.chat import chat

    return chat(options.locale, options.record)


def _check(options: argparse.Namespace) -> int:
    from projektbot.commands.check import check

    return check(drafts=options.drafts)


def _graph(options: argparse.Namespace) -> int:
    from projektbot.commands.check import graph

    return graph(options.dialog, as_svg=options.svg)


def _doctor(options: argparse.Namespace) -> int:
    from projektbot.commands.doctor import doctor

    return doctor(as_json=options.json)


def _db_upgrade(_options: argparse.Namespace) -> int:
    from projektbot.commands.database import upgrade_database

    return upgrade_database()


def _db_backup(options: argparse.Namespace) -> int:
    from projektbot.commands.database import backup_database

    return backup_database(options.file)


def _db_restore(options: argparse.Namespace) -> int:
    from projektbot.commands.database import restore_database

    return restore_database(options.file)


def _staff_grant(options: argparse.Namespace) -> int:
    from projektbot.commands.staff import grant_role

    return grant_role(options.role, options.area)


def _staff_list(options: argparse.Namespace) -> int:
    from projektbot.commands.staff import list_roles

    return list_roles(as_json=options.json)


def _staff_revoke(options: argparse.Namespace) -> int:
    from projektbot.commands.staff import revoke_role

    return revoke_role(options.number)
