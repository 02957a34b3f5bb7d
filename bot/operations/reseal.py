"""Re-seal what is encrypted at rest with the first key of the ring, so that older keys can be dropped.

Each batch is one transaction. A row that the first key already opens is skipped: an interrupted run is repeated, and a
second run changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import structlog

from services.file.access import FILE_SEAL_PURPOSE as FILE_PURPOSE
from services.installation.install import INSTALLATION_SEAL_PURPOSE as TOKEN_PURPOSE
from services.keyring import Keyring, UnsealFailed

BATCH_ROWS: Final = 20
"""A file has up to several megabytes, and all of a batch are in memory at once."""
PURPOSES: Final[Mapping[str, str]] = {"file.content": FILE_PURPOSE, "installation.token": TOKEN_PURPOSE}
"""The purpose with which each sealed column was sealed."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("reseal")


class SealedColumn(Protocol):
    """One sealed column in one transaction."""

    async def list_after(self, key: Sequence[str], limit: int) -> list[tuple[tuple[str, ...], bytes]]:
        """List keys and sealed contents in the order of the keys."""
        ...

    async def update_if_unchanged(self, key: Sequence[str], old: bytes, new: bytes) -> bool:
        """Replace a sealed content; False where the row was changed or deleted since it was read."""
        ...


OpenColumn: TypeAlias = Callable[[str], AbstractAsyncContextManager[SealedColumn]]
"""Opens a write transaction on a sealed column by name."""


@dataclass(frozen=True, slots=True)
class ResealCount:
    """Number of rows by what happened to them."""

    resealed: int = 0
    current: int = 0
    unreadable: int = 0

    def __add__(self, other: "ResealCount") -> "ResealCount":
        return ResealCount(
            self.resealed + other.resealed, self.current + other.current, self.unreadable + other.unreadable
        )

    def __str__(self) -> str:
        return f"{self.resealed} re-sealed, {self.current} already current, {self.unreadable} unreadable"


async def reseal_all(open_column: OpenColumn, keyring: Keyring, batch_rows: int = BATCH_ROWS) -> ResealCount:
    """Re-seal every sealed column. Raises DatabaseBusy; a repetition continues."""
    total = ResealCount()
    for column, purpose in PURPOSES.items():
        after: tuple[str, ...] | None = ()
        while after is not None:
            async with open_column(column) as rows:
                count, after = await _reseal_batch(rows, keyring, purpose, after, batch_rows)
            total += count
    return total


async def _reseal_batch(
    rows: SealedColumn, keyring: Keyring, purpose: str, after: tuple[str, ...], limit: int
) -> tuple[ResealCount, tuple[str, ...] | None]:
    """Re-seal the rows behind a key; return the counts and the last key, or None at the end of the column."""
    batch = await rows.list_after(after, limit)
    count = ResealCount()
    for key, sealed in batch:
        try:
            resealed = keyring.reseal(purpose, sealed, *key)
        except UnsealFailed:
            _log.error("sealed_content_unreadable", purpose=purpose, key=key)
            count += ResealCount(unreadable=1)
            continue
        if resealed is None:
            count += ResealCount(current=1)
        elif await rows.update_if_unchanged(key, sealed, resealed):
            count += ResealCount(resealed=1)
    return count, batch[-1][0] if len(batch) == limit else None
