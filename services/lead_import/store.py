"""What the rules about imports ask of storage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.lead_import.model import ImportState, LeadImport, Plan, SkippedRow, Tally
from services.people import TeamId, UserId


class LeadImports(Protocol):
    """Imports of all teams, and the rows that they left out."""

    async def get(self, team_id: TeamId, import_id: str) -> LeadImport | None: ...

    async def same(self, team_id: TeamId, sha256: str, user_id: UserId) -> LeadImport | None:
        """The import of the same file that has come furthest; previews of this person alone."""
        ...

    async def add(self, lead_import: LeadImport) -> None:
        """A new preview."""
        ...

    async def change_plan(self, team_id: TeamId, import_id: str, plan: Plan) -> bool:
        """False when it is no preview any more."""
        ...

    async def change_file(self, team_id: TeamId, import_id: str, file_id: str) -> None:
        """The same file, sent again."""
        ...

    async def start(self, team_id: TeamId, import_id: str, was: ImportState, now: datetime) -> bool:
        """Let it begin or go on, if it stands where it was."""
        ...

    async def stop(self, team_id: TeamId, import_id: str, halt: str) -> bool:
        """False when it does not run (any more)."""
        ...

    async def skipped(self, team_id: TeamId, import_id: str, limit: int) -> list[SkippedRow]:
        """The first rows that were left out."""
        ...

    # ---- work in the background: one process carries an import at a time, named by its holder ----

    async def is_waiting(self, now: datetime) -> bool:
        """Whether some import is running that nobody carries."""
        ...

    async def claim(self, holder: str, now: datetime, leased_until: datetime) -> LeadImport | None:
        """Take an import that nobody carries."""
        ...

    async def hold(self, team_id: TeamId, import_id: str, holder: str, line: int, leased_until: datetime) -> bool:
        """Go on carrying it until the transaction ends; False when it has stopped, moved on or is carried by others."""
        ...

    async def advance(
        self,
        team_id: TeamId,
        import_id: str,
        line: int,
        tally: Tally,
        numbers: tuple[int, int] | None,
        *,
        moved_at: datetime,
    ) -> None:
        """Everything down to the line is done; the tally and the numbers are those of this batch alone."""
        ...

    async def skip(self, team_id: TeamId, import_id: str, rows: Sequence[SkippedRow]) -> None:
        """Keep why rows were left out."""
        ...

    async def finish(
        self, team_id: TeamId, import_id: str, now: datetime, result_file_id: str | None, result_rows: int
    ) -> None:
        """Nothing is left of it; what was left out is in the file."""
        ...

    async def release(self, team_id: TeamId, import_id: str, holder: str) -> None:
        """Somebody else may carry it at once."""
        ...

    async def count_failure(self, team_id: TeamId, import_id: str, holder: str) -> int:
        """One more failure at the same place, and nobody carries it; how many there have been."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop previews that were never started; how many they were."""
        ...
