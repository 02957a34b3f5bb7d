"""A bulk invitation: many firms invited to a marketplace at once, looked at first, reported on afterwards (B22)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.delivery.model import State as Delivered
from services.invitation.model import InvitationState
from services.marketplace.model import Part
from services.people import Language, TeamId, UserId

TYPED_MAX: Final = 200
"""Lines that are typed or pasted."""
TYPED_MAX_CHARS: Final = 12_000
FILE_ROWS_MAX: Final = 1_000
SLICE: Final = 50
"""Invitations in one transaction."""
PAGE: Final = 10
"""Firms on one card."""
KEPT_MAX: Final = 100
"""Bulk invitations of one team; the reports of the oldest are forgotten first by the clock."""
DRAFT_KEPT: Final = timedelta(hours=24)
REPORT_KEPT: Final = timedelta(days=90)


class BulkState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"  # looked at; nothing has left the house
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # whoever sent it may not invite any more
    DROPPED = "dropped"  # never sent


class LineState(StrEnum):
    """What became of a line."""

    WAITING = "waiting"
    INVITED = "invited"
    REFUSED = "refused"


class Problem(StrEnum):
    """Why a line is left out."""

    ADDRESS = "address"  # none, or no valid one
    LONG = "long"  # the firm's name is too long
    PART = "part"  # neither gives nor takes
    LANGUAGE = "language"  # one that the bot does not speak
    TWICE = "twice"  # the address stands further up
    PARTNER = "partner"  # takes part already
    INVITED = "invited"
    OWN = "own"  # a colleague of the operator
    FULL = "full"  # the marketplace has no room
    OPEN = "open"  # the team has too many open invitations


class Fate(StrEnum):
    """Where a firm stands in the report."""

    WAITING = "waiting"  # its turn is still to come
    REFUSED = "refused"
    QUEUED = "queued"  # invited; the mail has not left yet
    SENT = "sent"  # the mail server has it
    UNKNOWN = "unknown"  # perhaps the mail server has it
    FAILED = "failed"
    LINK = "link"  # there is no mail server: somebody passes the link on
    ACCEPTED = "accepted"  # on the page; the firm still has to join in a chat
    JOINED = "joined"
    DECLINED = "declined"
    OVER = "over"  # withdrawn, or its seven days have passed


MOVING: Final = frozenset({Fate.WAITING, Fate.QUEUED})
"""What changes without anybody doing anything."""
RESENDABLE: Final = frozenset({Fate.FAILED, Fate.UNKNOWN})
LINKED: Final = frozenset({Fate.LINK, Fate.FAILED, Fate.UNKNOWN})
"""Whom only the link itself reaches."""

_BY_INVITATION: Final = {
    InvitationState.ACCEPTED: Fate.ACCEPTED,
    InvitationState.JOINED: Fate.JOINED,
    InvitationState.DECLINED: Fate.DECLINED,
    InvitationState.REVOKED: Fate.OVER,
    InvitationState.EXPIRED: Fate.OVER,
}
_BY_MAIL: Final = {
    Delivered.SENT: Fate.SENT,
    Delivered.UNKNOWN: Fate.UNKNOWN,
    Delivered.FAILED: Fate.FAILED,
    Delivered.SUPPRESSED: Fate.LINK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """A bulk invitation."""

    team_id: TeamId
    bulk_id: str
    marketplace_id: str
    user_id: UserId
    """Whoever sends it; only this person gets its links."""
    platform: str
    text: str
    """In the person's own words, for every mail."""
    state: BulkState
    created_at: datetime
    changed_at: datetime
    shown: str = ""
    """What its cards showed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A firm to invite, as it was read from a line of a text or a row of a file."""

    line: int
    """Where it stands, counted as people count."""
    firm: str
    email: str
    part: Part
    language: Language
    state: LineState = LineState.WAITING
    problem: Problem | None = None
    invitation_id: str | None = None

    def refused(self, problem: Problem) -> "Line":
        """The same line, left out."""
        return replace(self, state=LineState.REFUSED, problem=problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fated:
    """A line and what became of it."""

    line: Line
    fate: Fate
    reason: str = ""
    """What the mail server said."""


def fate_of(line: Line, invited: InvitationState | None, mailed: Delivered | None) -> Fate:
    """Where a firm stands, by its invitation and the mail that carries it."""
    if line.state is LineState.REFUSED:
        return Fate.REFUSED
    if line.state is LineState.WAITING or invited is None:
        return Fate.WAITING
    if invited in _BY_INVITATION:
        return _BY_INVITATION[invited]
    return _BY_MAIL.get(mailed, Fate.QUEUED) if mailed else Fate.QUEUED


@dataclass(frozen=True, slots=True)
class Tally:
    """How many firms stand where."""

    counts: Mapping[Fate, int]

    def of(self, *fates: Fate) -> int:
        """Those of these fates together."""
        return sum(self.counts.get(fate, 0) for fate in fates)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def is_moving(self) -> bool:
        """Whether it changes without anybody doing anything."""
        return self.of(*MOVING) > 0

    @property
    def digest(self) -> str:
        """By which a change is seen."""
        return " ".join(f"{fate}={self.counts[fate]}" for fate in Fate if self.counts.get(fate))


def tally(fated: list[Fated]) -> Tally:
    """Count what became of the lines."""
    return Tally(Counter(one.fate for one in fated))


# ---- what a card is given ----


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line as this reader may see it; the address is masked where others read along."""

    line: int
    firm: str
    email: str
    part: Part
    fate: Fate
    problem: Problem | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """A bulk invitation, before it is sent or as its report."""

    bulk_id: str
    marketplace_id: str
    marketplace: str
    by: str
    text: str
    state: BulkState
    tally: Tally
    lines: tuple[LineView, ...]
    """Those of one page; on the first card those that were left out."""
    may_run: bool
    is_own: bool
    """Whether the reader sends it himself: links are for this person alone."""


@dataclass(frozen=True, slots=True)
class BulkPage:
    """A page of its firms."""

    view: BulkView
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class BulkForm:
    """Where firms can be invited to, and the file from which they are read, if there is one."""

    marketplaces: tuple[tuple[str, str], ...]
    file_id: str = ""
    file_name: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class BulkTable:
    """What a file for the person says: of every line its fate, and its link where that is what the file is for."""

    view: BulkView
    links: Mapping[int, str]
