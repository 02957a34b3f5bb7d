"""Refusals about tables: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal


class TableRefusal(Refusal):
    """A file cannot be read as a table."""


@dataclass(eq=False)
class NotATable(TableRefusal):
    """The file is no table; `reason` is "spreadsheet", "binary", "empty", "bytes", "columns" or "rows"."""

    reason: str
    limit: int = 0
