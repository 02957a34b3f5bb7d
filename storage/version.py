"""Which schema the database has, asked without the tools that change it, which nearly no start needs."""

from typing import Final

from sqlalchemy import Connection, inspect, text

from storage.engine import Database

NEWEST: Final = "0001"
"""The last one of the steps in `migrations`."""

_TABLE: Final = "alembic_version"
_FOUND: Final = text(f"SELECT version_num FROM {_TABLE}")  # noqa: S608 - a name of ours


async def is_current(database: Database) -> bool:
    """Whether the database has exactly the schema that this code was written for."""
    async with database.reader.connect() as connection:
        return await connection.run_sync(_versions) == [NEWEST]


def _versions(connection: Connection) -> list[str]:
    return list(connection.scalars(_FOUND)) if inspect(connection).has_table(_TABLE) else []
