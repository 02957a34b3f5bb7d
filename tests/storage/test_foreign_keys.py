"""Query plans of foreign key checks in PostgreSQL."""

import re

from sqlalchemy import ForeignKeyConstraint, Integer, cast, literal_column, null, select
from sqlalchemy.dialects import postgresql

from storage.engine import open_database
from storage.tables import metadata

UNIQUE = "SELECT c.relname FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indisunique AND indpred IS NULL"


def foreign_key_query(key: ForeignKeyConstraint) -> str:
    """Return PostgreSQL's own query for a foreign key check, with parameters unknown to the planner."""
    same = (element.column == select(cast(null(), element.column.type)).scalar_subquery() for element in key.elements)
    return str(select(literal_column("1", Integer)).where(*same).compile(dialect=postgresql.dialect()))


def index_in(plan: list[str]) -> str:
    """Return the index that the plan uses."""
    found = re.search(r"Index (?:Only )?Scan using (\w+)", "\n".join(plan))
    return found[1] if found else "none"


async def test_a_new_table_uses_unique_indexes_for_foreign_keys(postgres_url: str) -> None:
    """Foreign keys are checked by a unique index in a table without statistics, not by a scan of a whole team.

    PostgreSQL caches that plan as long as a connection lasts: the first import of a team.
    """
    database = open_database(postgres_url)
    by: dict[str, str] = {}
    async with database.transaction(writes=False) as connection:
        unique = set((await connection.exec_driver_sql(UNIQUE)).scalars())
        for table in metadata.tables.values():
            for key in table.foreign_key_constraints:
                plan = (await connection.exec_driver_sql(f"EXPLAIN {foreign_key_query(key)}")).scalars()
                by[f"{table.name}: {', '.join(key.column_keys)}"] = index_in(list(plan))
    await database.close()
    assert by
    assert {key: index for key, index in by.items() if index not in unique} == {}
