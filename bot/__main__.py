"""`python -m bot` runs the bot; other commands prepare the database, the demo, keys and app packages."""

import argparse
import asyncio
import importlib
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot import VERSION
from bot.app import open_application, serve
from bot.commands import discovery
from bot.demo import seed
from bot.manifests import slack, teams
from bot.manifests.product import NAME, InvalidManifest
from bot.operations.garbage_collection import spare_loaded
from bot.operations.logs import configure
from bot.operations.readiness import findings
from bot.operations.reseal import reseal_all
from bot.operations.settings_reference import render_settings
from bot.settings import SQLITE, BadSettings, Settings, build_keyring, read_settings
from services.errors import DatabaseBusy
from services.installation import Installation
from services.people import Language
from storage.engine import open_database
from storage.installation import SqlInstallations
from storage.sealed import SqlSealedColumn
from storage.version import is_current

INSTALLATIONS_MAX: Final = 10_000
FAILED: Final = 1
MISUSED: Final = 2


class Unusable(Exception):
    """The bot cannot start; the text is one line with the reason."""


class Unfinished(Exception):
    """A command found something to change; the text says what."""


async def run(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C."""
    await _prepare(settings)
    spare_loaded()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await serve(settings, stop, _announce)
    except OSError as error:
        raise Unusable(f"KOLLEGA_HOST, KOLLEGA_PORT: {settings.host}:{settings.port}: {error.strerror}") from error


async def migrate_database(settings: Settings) -> None:
    """Bring the database to the current schema."""
    await _migrate(settings)
    print("The database has the current schema.")


async def seed_demo(settings: Settings) -> None:
    """Add the demo data unless they exist."""
    await _prepare(settings)
    async with open_application(settings) as application:
        is_new = await seed(application.units, application.transcripts)
    print("The example was added." if is_new else "The example is there already.")


async def make_manifest(settings: Settings, options: argparse.Namespace) -> None:
    """Write the app manifest of a platform: a package for Teams, a text for Slack."""
    await (_print_slack if options.platform == "slack" else _pack_teams)(settings, options)


async def _print_slack(settings: Settings, options: argparse.Namespace) -> None:
    """Print the manifest that an administrator pastes into Slack."""
    app = slack.App(options.url or settings.public_url, is_socket=options.socket_mode)
    print(slack.as_yaml(slack.manifest(app, discovery.build_registry(), Language(options.language))), end="")


async def _pack_teams(settings: Settings, options: argparse.Namespace) -> None:
    """Write the app package that an administrator uploads."""
    app = teams.App(
        app_id=options.app_id or settings.teams_app_id,
        url=options.url or settings.public_url,
        version=options.version,
        developer=options.developer or settings.operator_name or NAME,
    )
    output: Path = options.output
    try:
        await asyncio.to_thread(output.write_bytes, teams.package(app, discovery.build_registry()))
    except OSError as error:
        raise Unusable(f"--output: {output}: {error.strerror}") from error
    print(f"The app package is in {output}.")


async def check(settings: Settings) -> None:
    """Print what is missing before users can reach the bot."""

    async def ask_database() -> str:
        """Return what is wrong with the database; the start migrates an SQLite file itself."""
        try:
            is_ready = settings.is_sqlite or await _is_current(settings)
        except Unusable as error:
            return str(error).partition(": ")[2]
        return "" if is_ready else "needs `python -m bot migrate`"

    async def ask_installations() -> Sequence[Installation]:
        return await _installations(settings) if settings.slack_client_id and not await ask_database() else ()

    faults = 0
    async with aiohttp.ClientSession() as session:
        async for finding in findings(settings, session, ask_database, ask_installations):
            print(finding, flush=True)
            faults += bool(finding.fault)
    if faults:
        raise Unfinished(f"{faults} of these lines need a change.")
    print("Everything is in place.")


async def reseal(settings: Settings) -> None:
    """Encrypt everything that is sealed with the first key of KOLLEGA_SECRET_KEYS."""
    if not await _is_current(settings):
        raise Unusable("KOLLEGA_DATABASE_URL: the database needs `python -m bot migrate` first")
    keyring = build_keyring(settings)
    database = open_database(settings.database_url.get_secret_value())

    @asynccontextmanager
    async def open_column(name: str) -> AsyncGenerator[SqlSealedColumn]:
        async with database.transaction(writes=True) as connection:
            yield SqlSealedColumn(connection, name)

    try:
        count = await reseal_all(open_column, keyring)
    except (SQLAlchemyError, OSError, DatabaseBusy) as error:
        raise _unreachable(error) from error
    finally:
        await database.close()
    if count.unreadable:
        raise Unfinished(f"Sealed contents: {count}. No key opens the unreadable ones: keep the older keys.")
    print(f"Sealed contents: {count}.")


async def write_settings(settings: Settings, options: argparse.Namespace) -> None:
    """Print the reference of all settings, which `docs/settings.md` holds."""
    del settings, options
    print(render_settings(), end="")


async def _prepare(settings: Settings) -> None:
    """Migrate an SQLite file; a shared database is migrated only by `python -m bot migrate`."""
    if await _is_current(settings):
        return
    if not settings.is_sqlite:
        raise Unusable("KOLLEGA_DATABASE_URL: the database needs `python -m bot migrate` first")
    await _migrate(settings)


async def _migrate(settings: Settings) -> None:
    # Alembic is imported only where it is needed: nearly every start finds a current schema.
    schema = importlib.import_module("storage.schema")
    try:
        await schema.migrate(settings.database_url.get_secret_value())
    except (SQLAlchemyError, OSError, DatabaseBusy) as error:
        raise _unreachable(error) from error


async def _is_current(settings: Settings) -> bool:
    database = open_database(settings.database_url.get_secret_value())
    try:
        return await is_current(database)
    except (SQLAlchemyError, OSError) as error:
        raise _unreachable(error) from error
    finally:
        await database.close()


async def _installations(settings: Settings) -> Sequence[Installation]:
    """List the installations; a missing SQLite file is not created."""
    url = settings.database_url.get_secret_value()
    if settings.is_sqlite and not await asyncio.to_thread(Path(url.removeprefix(SQLITE).partition("?")[0]).exists):
        return ()
    database = open_database(url)
    try:
        async with database.reader.connect() as connection:
            return await SqlInstallations(connection).list_all(INSTALLATIONS_MAX)
    except (SQLAlchemyError, OSError) as error:
        raise _unreachable(error) from error
    finally:
        await database.close()


def _unreachable(error: Exception) -> Unusable:
    """Name the type of a database error without its text, which may hold the password."""
    cause = getattr(error, "orig", None) or error
    return Unusable(f"KOLLEGA_DATABASE_URL: the database cannot be used ({type(cause).__name__})")


def _announce(address: str) -> None:
    print(f"Kollega listens on {address} (Ctrl-C ends it)", flush=True)


Work: TypeAlias = Callable[[Settings, argparse.Namespace], Coroutine[None, None, None]]


def _alone(work: Callable[[Settings], Coroutine[None, None, None]]) -> Work:
    """Adapt a command that needs no options."""
    return lambda settings, _: work(settings)


COMMANDS: Final[Mapping[str, tuple[str, Work]]] = {
    "run": ("serve until it is told to stop (what happens without a command)", _alone(run)),
    "migrate": ("bring the database to the current schema", _alone(migrate_database)),
    "seed-demo": ("fill the database with the example", _alone(seed_demo)),
    "check": ("say what is missing before people can use it", _alone(check)),
    "reseal": ("encrypt what is sealed at rest with the first secret key", _alone(reseal)),
    "settings": ("print the reference of all settings (docs/settings.md)", write_settings),
    "manifest": ("write what an administrator gives to a platform to make the bot known there", make_manifest),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status: 1 after a failure, 2 for wrong settings or arguments."""
    options = _parser().parse_args(arguments)
    _, work = COMMANDS[options.command or "run"]
    try:
        settings = read_settings()
        configure(settings.log_level, settings.log_format)
        _run_coroutine(work(settings, options))
    except BadSettings as error:
        return _fail(error, MISUSED)
    except InvalidManifest as error:
        return _fail(error, MISUSED, "The manifest was not made.")
    except Unusable as error:
        return _fail(error, FAILED)
    except Unfinished as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="command")
    added = {name: commands.add_parser(name, help=about, description=about) for name, (about, _) in COMMANDS.items()}
    manifest = added["manifest"]
    manifest.add_argument("platform", choices=("teams", "slack"), help="for which platform")
    manifest.add_argument("--app-id", default="", help="application id of the registration (KOLLEGA_TEAMS_APP_ID)")
    manifest.add_argument("--url", default="", help="public address of the bot (KOLLEGA_PUBLIC_URL)")
    manifest.add_argument("--version", default=VERSION, help=f"higher with each upload ({VERSION})")
    manifest.add_argument("--developer", default="", help="who runs it (KOLLEGA_OPERATOR_NAME)")
    manifest.add_argument("--output", type=Path, default=Path("kollega-teams.zip"), help="where to (%(default)s)")
    manifest.add_argument(
        "--language", choices=list(Language), default=Language.ENGLISH, help="Slack: of its menus (%(default)s)"
    )
    manifest.add_argument("--socket-mode", action="store_true", help="Slack: the bot connects to Slack, no open port")
    return parser


def _run_coroutine(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except BaseExceptionGroup as group:
        # A task group wraps the error of a task; the first one is the cause.
        raise group.exceptions[0] from group


def _fail(error: Exception, status: int, outcome: str = "Kollega cannot start.") -> int:
    print(f"{outcome} {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
