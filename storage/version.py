"""The version of the schema, read without Alembic: importing it costs every start, and few starts migrate."""

from typing import Final

from sqlalchemy import Connection, inspect, text

from storage.engine import Database

NEWEST: Final = "0001"
"""The last revision in `migrations/versions`."""

_TABLE: Final = "alembic_version"
_FOUND: Final = text(f"SELECT version_num FROM {_TABLE}")  # noqa: S608 - a name of ours


async def is_current(database: Database) -> bool:
    """Tell whether the database has exactly the schema that this code was written for."""
    async with database.reader.connect() as connection:
        return await connection.run_sync(_versions) == [NEWEST]


def _versions(connection: Connection) -> list[str]:
    return list(connection.scalars(_FOUND)) if inspect(connection).has_table(_TABLE) else []
