"""Dialects of SQLAlchemy whose engines share compiled statements.

An engine compiles each statement once. A test opens engines of its own, so compiling took a sixth of the time of a
conversation.
"""

from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

_CACHE_SIZE: Final = 1_000
_CACHES: Final[dict[type, LRUCache[Any, Any]]] = {}


class _Shared:
    """A dialect that equals every other of its class, since the dialect is part of a compiled statement's cache key."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_CACHES.setdefault(cls, LRUCache(_CACHE_SIZE)))


class SharedSqlite(_Shared, SQLiteDialect_aiosqlite):
    supports_statement_cache = True


class SharedPostgres(_Shared, PGDialect_asyncpg):
    supports_statement_cache = True


def register_shared_dialects() -> None:
    """Use these dialects for each engine that this process creates afterwards."""
    for name, dialect in (("sqlite.aiosqlite", SharedSqlite), ("postgresql.asyncpg", SharedPostgres)):
        registry.register(name, __name__, dialect.__name__)
