"""Import of a file of leads into a team, from the preview to the list of skipped rows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from services.file.model import GeneratedFile
from services.lead.model import Contact, ContactKeys, Enquiry
from services.people import TeamId, UserId

IMPORT_BATCH_ROWS: Final = 500
"""Rows per transaction: the most that a crash repeats.

Measured against 200: two fifths of the statements and a sixth less work; other writers wait at most 0.1 s for it, as
before.
"""
PREVIEW_ROWS: Final = 1_000
"""Rows that the preview parses; further ones are only counted."""
EXAMPLE_ROWS: Final = 3
SKIPPED_SHOWN: Final = 5
IMPORT_LEASE: Final = timedelta(seconds=20)
"""Time without renewal after which another process takes the import over."""
CARD_UPDATE_INTERVAL: Final = timedelta(seconds=2)
"""Minimum time between two updates of the card."""
IMPORT_ATTEMPTS_MAX: Final = 5
PREVIEW_TTL: Final = timedelta(hours=24)


class ImportField(StrEnum):
    """Meaning of a column: a part of a lead (B20)."""

    NAME = "name"
    TITLE = "title"
    EMAIL = "email"
    PHONE = "phone"
    COMPANY = "company"
    POSTCODE = "postcode"
    COUNTRY = "country"
    TEXT = "text"
    VALUE = "value"
    CURRENCY = "currency"
    SOURCE = "source"
    CAMPAIGN = "campaign"


class ImportState(StrEnum):
    """State of an import."""

    PREVIEW = "preview"  # nothing is imported yet
    RUNNING = "running"
    STOPPED = "stopped"  # resumes where it stopped, when the owner says so
    DONE = "done"


class StopReason(StrEnum):
    """Reason why an import stopped."""

    REQUESTED = "asked"
    PERMISSION_LOST = "revoked"  # its owner may no longer import
    FILE_EXPIRED = "file_gone"  # the same file, sent again, lets it resume
    REPEATED_FAILURE = "broken"  # it failed several times at the same row


class ImportPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Mapping of the columns, and defaults for what no column holds."""

    columns: dict[ImportField, tuple[int, ...]] = {}
    """Indexes of the columns; two are joined, such as a first and a last name."""
    title: str = ""
    source: str = ""
    campaign: str = ""
    is_keeping_duplicates: bool = False
    """Whether rows are imported whose contact key a lead of the team already has (B24)."""


@dataclass(frozen=True, slots=True)
class ImportDefaults:
    """User's defaults for every row without a value, and the choice about duplicates."""

    title: str = ""
    source: str = ""
    campaign: str = ""
    is_keeping_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Number of rows by result."""

    imported: int = 0
    known: int = 0
    rejected: int = 0

    @property
    def rows(self) -> int:
        return self.imported + self.known + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadImport:
    """Import of a file of leads into a team."""

    team_id: TeamId
    import_id: str
    user_id: UserId
    user_name: str = ""
    file_id: str
    file_name: str
    sha256: str
    state: ImportState
    halt: str = ""
    plan: ImportPlan
    rows: int
    """Number of rows in the file."""
    line: int = 0
    """Checkpoint: every row that begins on or above this line is processed."""
    tally: RowCounts = field(default_factory=RowCounts)
    first_number: int | None = None
    last_number: int | None = None
    created_at: datetime
    begun_at: datetime | None = None
    """Time of the last start, and the rows processed by then."""
    begun_rows: int = 0
    moved_at: datetime | None = None
    """Time of the last update of its card."""
    ended_at: datetime | None = None
    result_file_id: str | None = None
    result_rows: int = 0


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """Row that becomes a lead."""

    line: int
    contact: Contact
    contact_keys: ContactKeys
    enquiry: Enquiry


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """Skipped row with its reason; `number` is the lead's with the same contact key."""

    line: int
    reason: str
    argument: str = ""
    limit: int = 0
    number: int = 0


DUPLICATE_CONTACT: Final = "known"
"""Reason of a row whose contact the team already has."""

ParsedRow: TypeAlias = ImportedRow | SkippedRow


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows processed together; without rows nothing is left below `line`."""

    rows: tuple[ParsedRow, ...]
    line: int


# ---- views ----


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """Column of the file: its index, its heading and its first value."""

    index: int
    heading: str
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """Import as its owner sees it."""

    lead_import: LeadImport
    columns: tuple[ImportColumn, ...] = ()
    name_columns: tuple[int, ...] = ()
    """Columns that form a name together."""
    guessed: frozenset[ImportField] = frozenset()
    """Fields that were only guessed; the user has to check them."""
    examples: tuple[ImportedRow, ...] = ()
    """First rows, as the leads they would become."""
    parsed_rows: int = 0
    """Number of rows parsed for the following fields."""
    expected: RowCounts = field(default_factory=RowCounts)
    skipped: tuple[SkippedRow, ...] = ()
    """First rows that are or would be skipped."""
    result: GeneratedFile | None = None
    remaining_s: int | None = None
    """Remaining time, once it can be estimated."""


@dataclass(frozen=True, slots=True)
class ImportInstructions:
    """Instructions for imports, with an example file."""

    example: GeneratedFile | None
