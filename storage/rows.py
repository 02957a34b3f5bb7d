"""What all stores share: parameters of statements, rows to models, and models to rows.

One rule for names. A column or label of a result has the name of the model's field; a field that holds a model of its
own is made of the columns `field__name`. A parameter of a statement has the name of the method's argument.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Executable,
    Integer,
    Label,
    RowMapping,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

Model = TypeVar("Model")

_PREFIX: Final = "p_"
"""Stands before every parameter: SQLAlchemy reserves the bare names of columns in INSERT and UPDATE."""
_NESTED: Final = "__"
"""Not a dot: on SQLite, SQLAlchemy drops from a column's name what stands before a dot."""


def param(name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None) -> BindParameter[Any]:
    """Make the parameter for an argument; name its type where no column stands beside it."""
    return bindparam(f"{_PREFIX}{name}", type_=type_)


def params(name: str) -> BindParameter[Any]:
    """Make the parameter for an argument that is a list, for `in_`."""
    return bindparam(f"{_PREFIX}{name}", expanding=True)


def inline_literal(value: str | int) -> ColumnElement[Any]:
    """Write a constant of the program into the statement itself; never a value from outside.

    A planner uses a partial index, or knows how rare a value is, only where it reads the value beforehand.
    """
    if isinstance(value, int):
        return literal_column(str(value), Integer)
    if "'" in value:
        raise ValueError("a constant of the program holds no quote")
    return literal_column(f"'{value}'", Text)


def or_empty(column: ColumnElement[Any], name: str) -> Label[Any]:
    """Label a column of an outer join for a field that is empty, not None, where the join found no row."""
    return func.coalesce(column, "").label(name)


def nested(field: str, columns: Sequence[ColumnElement[Any]], **renamed: ColumnElement[Any]) -> list[Label[Any]]:
    """Label columns for a field that holds a model; `renamed` are those whose names differ from the model's."""
    named = {str(column.key): column for column in columns} | renamed
    return [column.label(f"{field}{_NESTED}{name}") for name, column in named.items()]


@cache
def _reader(keys: tuple[str, ...]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """Build the function that makes the nested mapping of a row, from one expression.

    A loop over columns took as long as the whole conversion: 11 of 20 microseconds a lead (measured).
    """
    # SQLAlchemy gives names of a class of its own, and msgspec reads keys of the class str alone.
    columns = [(str(name), position) for position, name in enumerate(keys)]
    return eval(f"lambda row: {_expression(columns)}")  # noqa: S307 - names of the program's own columns, as literals


def _expression(columns: Sequence[tuple[str, int]]) -> str:
    own = [f"{name!r}: row[{position}]" for name, position in columns if _NESTED not in name]
    inner: dict[str, list[tuple[str, int]]] = {}
    for name, position in columns:
        if _NESTED in name:
            field, _, rest = name.partition(_NESTED)
            inner.setdefault(field, []).append((rest, position))
    for field, parts in inner.items():
        # All columns are NULL where an outer join has found no row for this model.
        is_absent = " and ".join(f"row[{position}] is None" for _, position in parts)
        own.append(f"{field!r}: None if {is_absent} else {_expression(parts)}")
    return "{" + ", ".join(own) + "}"


def models_of(model: type[Model], result: CursorResult[Any]) -> list[Model]:
    """Convert the rows of a result to models: enums by value, JSON to models and tuples, unknown columns left out.

    Raises msgspec.ValidationError where the model wants a field for which there is no column.
    """
    read = _reader(tuple(result.keys()))
    return [msgspec.convert(read(row), model) for row in result.all()]


def row_of(model: object, table: Table, **more: object) -> dict[str, Any]:
    """Return what a table keeps of a model: every field for which it has a column, then `more`."""
    fields: dict[str, Any] = msgspec.to_builtins(model, builtin_types=(datetime, bytes))
    return {name: value for name, value in fields.items() if name in table.c} | more


class Rows:
    """One connection, asked by statements that are made once; values are given by the names of the parameters."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _execute(self, statement: Executable, /, **values: object) -> CursorResult[Any]:
        return await self._connection.execute(statement, {f"{_PREFIX}{name}": value for name, value in values.items()})

    async def _insert(self, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            await self._connection.execute(statement, rows)

    async def _models(self, model: type[Model], statement: Executable, /, **values: object) -> list[Model]:
        return models_of(model, await self._execute(statement, **values))

    async def _model(self, model: type[Model], statement: Executable, /, **values: object) -> Model | None:
        """Return the first row as a model, None where there is no row."""
        found = models_of(model, await self._execute(statement, **values))
        return found[0] if found else None

    async def _rows(self, statement: Executable, /, **values: object) -> Sequence[RowMapping]:
        return (await self._execute(statement, **values)).mappings().all()

    async def _scalar(self, statement: Executable, /, **values: object) -> Any:  # noqa: ANN401 - a column of any type
        """Return the first column of the first row, None where there is no row."""
        return (await self._execute(statement, **values)).scalar()

    async def _scalars(self, statement: Executable, /, **values: object) -> list[Any]:
        return list((await self._execute(statement, **values)).scalars())

    async def _has_changed(self, statement: Executable, /, **values: object) -> bool:
        """Tell whether a guarded statement found a row: each of them returns what it changed."""
        return (await self._execute(statement, **values)).first() is not None

    async def _count_changed(self, statement: Executable, /, **values: object) -> int:
        return (await self._execute(statement, **values)).rowcount
