"""`python -m bot` runs the bot; `migrate` prepares its database, `seed-demo` fills it with a believable example."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot.app import opened, serve
from bot.demo import seed
from bot.logs import configure
from bot.settings import BadSettings, Settings, read_settings
from services.errors import Contended
from storage.engine import open_database
from storage.schema import is_current, migrate

FAILED: Final = 1
MISUSED: Final = 2


class Unusable(Exception):
    """The bot cannot start as things are; the text is the one line that says why."""


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    await _prepare(settings)
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
    """Fill the database with the example, unless it has it already."""
    await _prepare(settings)
    async with opened(settings) as house:
        is_new = await seed(house.units, house.transcripts)
    print("The example was added." if is_new else "The example is there already.")


async def _prepare(settings: Settings) -> None:
    """A database of one's own is kept current without being asked; a shared one is not touched by whoever starts."""
    if settings.is_sqlite:
        return await _migrate(settings)
    if not await _is_current(settings):
        raise Unusable("KOLLEGA_DATABASE_URL: the database needs `python -m bot migrate` first")
    return None


async def _migrate(settings: Settings) -> None:
    try:
        await migrate(settings.database_url.get_secret_value())
    except (SQLAlchemyError, OSError, Contended) as error:
        raise _unreachable(error) from error


async def _is_current(settings: Settings) -> bool:
    database = open_database(settings.database_url.get_secret_value())
    try:
        return await is_current(database)
    except (SQLAlchemyError, OSError) as error:
        raise _unreachable(error) from error
    finally:
        await database.close()


def _unreachable(error: Exception) -> Unusable:
    """Without the text of the error: it may hold the password."""
    cause = getattr(error, "orig", None) or error
    return Unusable(f"KOLLEGA_DATABASE_URL: the database cannot be used ({type(cause).__name__})")


def _announce(address: str) -> None:
    print(f"Kollega listens on {address} (Ctrl-C ends it)", flush=True)


COMMANDS: Final = {"run": run, "migrate": migrate_database, "seed-demo": seed_demo}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, 1 where something failed, 2 where settings or arguments are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.add_argument("command", choices=COMMANDS, nargs="?", default="run", help="what to do (run)")
    chosen: str = parser.parse_args(arguments).command
    try:
        settings = read_settings()
        configure(settings.log_level, settings.log_format)
        _carry_out(COMMANDS[chosen](settings))
    except BadSettings as error:
        return _fail(error, MISUSED)
    except Unusable as error:
        return _fail(error, FAILED)
    return 0


def _carry_out(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except BaseExceptionGroup as group:
        # The first error says what happened; the group only says that tasks were involved.
        raise group.exceptions[0] from group


def _fail(error: Exception, status: int) -> int:
    print(f"Kollega cannot start. {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
