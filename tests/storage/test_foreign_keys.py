"""Foreign keys, looked up by PostgreSQL."""

import re

from sqlalchemy import ForeignKeyConstraint, Integer, cast, literal_column, null, select
from sqlalchemy.dialects import postgresql

from storage.engine import open_database
from storage.tables import metadata

UNIQUE = "SELECT c.relname FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indisunique AND indpred IS NULL"


def looked_up(key: ForeignKeyConstraint) -> str:
    """What PostgreSQL asks for a row that refers to another one, with values that it does not know while it plans."""
    same = (one.column == select(cast(null(), one.column.type)).scalar_subquery() for one in key.elements)
    return str(select(literal_column("1", Integer)).where(*same).compile(dialect=postgresql.dialect()))


def index_in(plan: list[str]) -> str:
    """By what the rows are found."""
    found = re.search(r"Index (?:Only )?Scan using (\w+)", "\n".join(plan))
    return found[1] if found else "none"


async def test_a_new_table_is_looked_up_by_a_unique_index(postgres_url: str) -> None:
    """While PostgreSQL knows nothing of a table yet, it checks foreign keys by what is unique, not by a whole team.

    It chooses among equals then, and keeps its choice as long as a connection lasts: the first import of a firm.
    """
    database = open_database(postgres_url)
    by: dict[str, str] = {}
    async with database.transaction(writes=False) as connection:
        unique = set((await connection.exec_driver_sql(UNIQUE)).scalars())
        for table in metadata.tables.values():
            for key in table.foreign_key_constraints:
                plan = (await connection.exec_driver_sql(f"EXPLAIN {looked_up(key)}")).scalars()
                by[f"{table.name}: {', '.join(key.column_keys)}"] = index_in(list(plan))
    await database.close()
    assert by
    assert {key: index for key, index in by.items() if index not in unique} == {}
