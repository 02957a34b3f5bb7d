"""What all nouns store with: the rows of one transaction's statements, and values written out in a statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, RowMapping, Text, literal_column
from sqlalchemy.ext.asyncio import AsyncConnection


def written(value: str | int) -> ColumnElement[Any]:
    """A constant of the program in words of the statement, not as a parameter; never a value from outside.

    A planner uses a partial index, or knows how rare something is, only where it reads the value beforehand.
    """
    if isinstance(value, int):
        return literal_column(str(value), Integer)
    if "'" in value:
        raise ValueError("a constant of the program holds no quote")
    return literal_column(f"'{value}'", Text)


class Rows:
    """One connection, asked by statements that are made once."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _rows(self, statement: Executable, **values: object) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement, values)).mappings().all()

    async def _held(self, statement: Executable, **values: object) -> bool:
        """Whether a guarded statement found what it guards."""
        return bool(await self._rows(statement, **values))
