"""Migrations: one process brings the schema to the newest version in one transaction, all others wait."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.engine import open_database, translate_errors

_SCRIPTS: Final = Path(__file__).with_name("migrations")
# Several processes may start at once; a step over a large table may take its time.
_POSTGRES_PREPARATIONS: Final = (
    text("SET LOCAL statement_timeout = 0"),
    text("SET LOCAL lock_timeout = '60s'"),
    text("SELECT pg_advisory_xact_lock(hashtextextended('schema', 0))"),
)


async def migrate(url: str) -> None:
    """Bring the database to the newest schema. Raises DatabaseBusy, DatabaseUnreachable."""
    database = open_database(url)
    try:
        if database.is_sqlite:
            await database.set_wal_mode()
        with translate_errors():
            async with database.writer.begin() as connection:
                for statement in () if database.is_sqlite else _POSTGRES_PREPARATIONS:
                    await connection.execute(statement)
                await connection.run_sync(upgrade)
    finally:
        await database.close()


def upgrade(connection: Connection) -> None:
    """Run the missing migrations in the transaction of the connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
