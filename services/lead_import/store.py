"""Storage interface of imports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.lead_import.model import ImportPlan, ImportState, LeadImport, RowCounts, SkippedRow
from services.people import TeamId, UserId


class LeadImports(Protocol):
    """Imports of all teams, and their skipped rows."""

    async def get(self, team_id: TeamId, import_id: str) -> LeadImport | None: ...

    async def find_same_file(self, team_id: TeamId, sha256: str, user_id: UserId) -> LeadImport | None:
        """Return the most advanced import of the same file; of previews only this user's."""
        ...

    async def add(self, lead_import: LeadImport) -> None:
        """Add a preview."""
        ...

    async def update_plan(self, team_id: TeamId, import_id: str, plan: ImportPlan) -> bool:
        """Replace the plan. False: it is no preview any more."""
        ...

    async def update_file(self, team_id: TeamId, import_id: str, file_id: str) -> None:
        """Replace the file by the same one, sent again."""
        ...

    async def start(self, team_id: TeamId, import_id: str, was: ImportState, now: datetime) -> bool:
        """Start or resume, if the state is `was`."""
        ...

    async def stop(self, team_id: TeamId, import_id: str, halt: str) -> bool:
        """Stop it. False: it is not running."""
        ...

    async def list_skipped(self, team_id: TeamId, import_id: str, limit: int) -> list[SkippedRow]:
        """Return the first skipped rows."""
        ...

    # ---- background processing: one process at a time holds the lease ----

    async def has_unclaimed(self, now: datetime) -> bool:
        """Return whether a running import has no valid lease."""
        ...

    async def claim(self, holder: str, now: datetime, leased_until: datetime) -> LeadImport | None:
        """Lease a running import that no process holds."""
        ...

    async def renew_lease(
        self, team_id: TeamId, import_id: str, holder: str, line: int, leased_until: datetime
    ) -> bool:
        """Renew the lease and lock the row until the transaction ends.

        False: stopped, advanced or held by another process.
        """
        ...

    async def update_progress(
        self,
        team_id: TeamId,
        import_id: str,
        line: int,
        tally: RowCounts,
        numbers: tuple[int, int] | None,
        *,
        moved_at: datetime,
    ) -> None:
        """Set the checkpoint to the line, and add this batch's tally and numbers."""
        ...

    async def add_skipped(self, team_id: TeamId, import_id: str, rows: Sequence[SkippedRow]) -> None:
        """Store skipped rows with their reasons."""
        ...

    async def finish(
        self, team_id: TeamId, import_id: str, now: datetime, result_file_id: str | None, result_rows: int
    ) -> None:
        """End the import; the skipped rows are in the result file."""
        ...

    async def release(self, team_id: TeamId, import_id: str, holder: str) -> None:
        """Release the lease."""
        ...

    async def count_failure(self, team_id: TeamId, import_id: str, holder: str) -> int:
        """Count a failure at the same row and release the lease. Returns the number of failures."""
        ...

    async def purge(self, before: datetime, limit: int) -> int:
        """Purge previews that were never started. Returns the number deleted."""
        ...
