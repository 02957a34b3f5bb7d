"""Bulk invitation: many partners invited to a marketplace at once, with a preview before and a report after (B22)."""

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
"""Maximum of typed or pasted lines. More come as a file."""
TYPED_MAX_CHARS: Final = 12_000
FILE_ROWS_MAX: Final = 1_000
SLICE: Final = 50
"""Invitations per transaction: small, because the team's row is locked meanwhile."""
PAGE: Final = 10
"""Partners per page of a card."""
KEPT_MAX: Final = 100
"""Bulk invitations stored per team; the oldest reports expire first."""
DRAFT_KEPT: Final = timedelta(hours=24)
REPORT_KEPT: Final = timedelta(days=90)


class BulkState(StrEnum):
    """State of a bulk invitation."""

    DRAFT = "draft"  # previewed; nothing was sent
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # the sender lost the permission to invite
    DROPPED = "dropped"  # discarded before sending


class LineState(StrEnum):
    """State of a line."""

    WAITING = "waiting"
    INVITED = "invited"
    REFUSED = "refused"


class Problem(StrEnum):
    """Reason why a line is left out."""

    ADDRESS = "address"  # missing or invalid
    LONG = "long"  # the name is too long
    PART = "part"  # neither gives nor takes
    LANGUAGE = "language"  # not a language of the bot
    TWICE = "twice"  # the address occurs in an earlier line
    PARTNER = "partner"  # takes part already
    INVITED = "invited"
    OWN = "own"  # a member of the operator's team
    FULL = "full"  # the marketplace has no capacity left
    OPEN = "open"  # the team has too many open invitations


class Fate(StrEnum):
    """Outcome of a line in the report."""

    WAITING = "waiting"  # not processed yet
    REFUSED = "refused"
    QUEUED = "queued"  # invited; the mail was not sent yet
    SENT = "sent"  # accepted by the mail server
    UNKNOWN = "unknown"  # the mail server may have accepted it
    FAILED = "failed"
    LINK = "link"  # no mail server configured: the sender passes the link on
    ACCEPTED = "accepted"  # accepted on the page; the partner has not joined in a chat yet
    JOINED = "joined"
    DECLINED = "declined"
    OVER = "over"  # revoked or expired


MOVING: Final = frozenset({Fate.WAITING, Fate.QUEUED})
"""Outcomes that change without a user's action."""
RESENDABLE: Final = frozenset({Fate.FAILED, Fate.UNKNOWN})
LINKED: Final = frozenset({Fate.LINK, Fate.FAILED, Fate.UNKNOWN})
"""Outcomes for which the link must be passed on by hand."""

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
    """Bulk invitation."""

    team_id: TeamId
    bulk_id: str
    marketplace_id: str
    user_id: UserId
    """Sender; only this user gets the links."""
    platform: str
    text: str
    """Sender's own text for every mail."""
    state: BulkState
    created_at: datetime
    changed_at: datetime
    shown: str = ""
    """Digest of what its cards showed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Partner to invite, parsed from a line of text or a row of a file."""

    line: int
    """Line number in the source, from 1."""
    firm: str
    email: str
    part: Part
    language: Language
    state: LineState = LineState.WAITING
    problem: Problem | None = None
    invitation_id: str | None = None

    def refused(self, problem: Problem) -> "Line":
        """Return the line marked as left out."""
        return replace(self, state=LineState.REFUSED, problem=problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fated:
    """Line with its outcome."""

    line: Line
    fate: Fate
    reason: str = ""
    """Answer of the mail server."""


def fate_of(line: Line, invited: InvitationState | None, mailed: Delivered | None) -> Fate:
    """Return a line's outcome from the states of its invitation and its mail."""
    if line.state is LineState.REFUSED:
        return Fate.REFUSED
    if line.state is LineState.WAITING or invited is None:
        return Fate.WAITING
    if invited in _BY_INVITATION:
        return _BY_INVITATION[invited]
    return _BY_MAIL.get(mailed, Fate.QUEUED) if mailed else Fate.QUEUED


@dataclass(frozen=True, slots=True)
class Tally:
    """Number of lines by outcome."""

    counts: Mapping[Fate, int]

    def of(self, *fates: Fate) -> int:
        """Return the number of lines with one of these outcomes."""
        return sum(self.counts.get(fate, 0) for fate in fates)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def is_moving(self) -> bool:
        """Return whether some outcome will change without a user's action."""
        return self.of(*MOVING) > 0

    @property
    def digest(self) -> str:
        """Return the counts as text, to detect changes."""
        return " ".join(f"{fate}={self.counts[fate]}" for fate in Fate if self.counts.get(fate))


def tally(fated: list[Fated]) -> Tally:
    """Count lines by outcome."""
    return Tally(Counter(one.fate for one in fated))


# ---- views ----


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """Line as one reader may see it; the address is masked in public places."""

    line: int
    firm: str
    email: str
    part: Part
    fate: Fate
    problem: Problem | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """Bulk invitation as a draft or a report."""

    bulk_id: str
    marketplace_id: str
    marketplace: str
    by: str
    text: str
    state: BulkState
    tally: Tally
    lines: tuple[LineView, ...]
    """Lines of one page; on the first card those that were left out."""
    may_run: bool
    is_own: bool
    """Whether the reader is the sender; only the sender may see the links."""


@dataclass(frozen=True, slots=True)
class BulkPage:
    """Page of the lines."""

    view: BulkView
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class BulkForm:
    """Choice of marketplaces, and the file to import from, if any."""

    marketplaces: tuple[tuple[str, str], ...]
    file_id: str = ""
    file_name: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class BulkTable:
    """All lines for a file download, with the links where the file is about links."""

    view: BulkView
    links: Mapping[int, str]
