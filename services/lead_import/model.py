"""An import: a file of leads on its way into a team, from the preview to the list of what was skipped."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from services.file.model import OfferedFile
from services.lead.model import Contact, Enquiry, Keys
from services.people import TeamId, UserId

BATCH_ROWS: Final = 500
"""So many rows are one transaction: what a crash repeats at most, and how long others wait."""
CHECKED_ROWS: Final = 1_000
"""So many rows the preview looks at closely; all others are only counted."""
SHOWN_ROWS: Final = 3
SKIPPED_SHOWN: Final = 5
LEASE: Final = timedelta(seconds=20)
"""Whoever carries an import is given up after this time without a word, and another process goes on."""
REDRAW: Final = timedelta(seconds=2)
"""The card moves no more often."""
ATTEMPTS_MAX: Final = 5
PREVIEW_KEPT: Final = timedelta(hours=24)


class Field(StrEnum):
    """What a column can mean: the parts of a lead (B20)."""

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
    """How far an import has come."""

    PREVIEW = "preview"  # nothing has been imported yet
    RUNNING = "running"
    STOPPED = "stopped"  # goes on where it stopped, when somebody says so
    DONE = "done"


class Halt(StrEnum):
    """Why an import has stopped."""

    ASKED = "asked"
    REVOKED = "revoked"  # whoever started it may no longer import
    FILE_GONE = "file_gone"  # the same file, sent again, lets it go on
    BROKEN = "broken"  # it failed several times at the same place


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the columns, and of what no column says."""

    columns: dict[Field, tuple[int, ...]] = {}
    """The places of the columns; two of them are joined, such as a first and a last name."""
    title: str = ""
    source: str = ""
    campaign: str = ""
    keeps_duplicates: bool = False
    """Whether rows are imported whose e-mail or phone a lead of the team has already (B24)."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the person said for every row that says nothing of it, and of contacts that are here already."""

    title: str = ""
    source: str = ""
    campaign: str = ""
    keeps_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the rows."""

    imported: int = 0
    known: int = 0
    rejected: int = 0

    @property
    def rows(self) -> int:
        return self.imported + self.known + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadImport:
    """A file of leads on its way into a team."""

    team_id: TeamId
    import_id: str
    user_id: UserId
    user_name: str = ""
    file_id: str
    file_name: str
    sha256: str
    state: ImportState
    halt: str = ""
    plan: Plan
    rows: int
    """How many there are in the file."""
    line: int = 0
    """Every row that begins on this line or above is done."""
    tally: Tally = field(default_factory=Tally)
    first_number: int | None = None
    last_number: int | None = None
    created_at: datetime
    begun_at: datetime | None = None
    """When it was started the last time, and how many rows were done then."""
    begun_rows: int = 0
    moved_at: datetime | None = None
    """When its card was told to move."""
    ended_at: datetime | None = None
    result_file_id: str | None = None
    result_rows: int = 0


@dataclass(frozen=True, slots=True)
class NewLead:
    """A row that becomes a lead."""

    line: int
    contact: Contact
    keys: Keys
    enquiry: Enquiry


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that does not, and why; `number` is the lead's that has the same e-mail or phone."""

    line: int
    reason: str
    argument: str = ""
    limit: int = 0
    number: int = 0


KNOWN: Final = "known"
"""The reason of a row whose contact the team has already."""

ReadRow: TypeAlias = NewLead | SkippedRow


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are dealt with together; nothing is left below `line` where there are none."""

    rows: tuple[ReadRow, ...]
    line: int


# ---- what a card is given ----


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its place, its heading, and what stands in its first row."""

    place: int
    heading: str
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """An import as its owner sees it."""

    lead_import: LeadImport
    columns: tuple[Column, ...] = ()
    joined: tuple[int, ...] = ()
    """Columns that are a name together."""
    near: frozenset[Field] = frozenset()
    """Fields that were only guessed; somebody should look at them."""
    examples: tuple[NewLead, ...] = ()
    """The first rows, as they would become leads."""
    checked: int = 0
    """How many rows were looked at for the following."""
    expected: Tally = field(default_factory=Tally)
    skipped: tuple[SkippedRow, ...] = ()
    """The first rows that are or would be left out."""
    result: OfferedFile | None = None
    left_s: int | None = None
    """How long it still takes, where that can be told."""


@dataclass(frozen=True, slots=True)
class HowTo:
    """How leads are brought in by file, with a file to begin from."""

    example: OfferedFile | None
