"""Bulk invitation: many partners invited to a marketplace at once, with a preview before and a report after (B22)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.delivery.model import DeliveryState as Delivered
from services.invitation.model import InvitationState
from services.marketplace.model import Part
from services.people import Language, TeamId, UserId

TYPED_LINES_MAX: Final = 200
"""Maximum of typed or pasted lines. More come as a file."""
TYPED_TEXT_MAX_CHARS: Final = 12_000
FILE_ROWS_MAX: Final = 1_000
SLICE_LINES: Final = 50
"""Invitations per transaction: small, because the team's row is locked meanwhile."""
BULK_PAGE_LINES: Final = 10
"""Partners per page of a card."""
BULKS_MAX: Final = 100
"""Bulk invitations stored per team; the oldest reports expire first."""
DRAFT_TTL: Final = timedelta(hours=24)
REPORT_TTL: Final = timedelta(days=90)


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


class LineProblem(StrEnum):
    """Reason why a line is left out."""

    BAD_ADDRESS = "address"  # missing or invalid
    NAME_TOO_LONG = "long"  # the name is too long
    UNKNOWN_PART = "part"  # neither gives nor takes
    UNKNOWN_LANGUAGE = "language"  # not a language of the bot
    DUPLICATE = "twice"  # the address occurs in an earlier line
    PARTNER = "partner"  # takes part already
    INVITED = "invited"
    OWN_MEMBER = "own"  # a member of the operator's team
    MARKETPLACE_FULL = "full"  # the marketplace has no capacity left
    TOO_MANY_OPEN = "open"  # the team has too many open invitations


class LineOutcome(StrEnum):
    """Outcome of a line in the report."""

    WAITING = "waiting"  # not processed yet
    REFUSED = "refused"
    QUEUED = "queued"  # invited; the mail was not sent yet
    SENT = "sent"  # accepted by the mail server
    UNKNOWN = "unknown"  # the mail server may have accepted it
    FAILED = "failed"
    LINK_ONLY = "link"  # no mail server configured: the sender passes the link on
    ACCEPTED = "accepted"  # accepted on the page; the partner has not joined in a chat yet
    JOINED = "joined"
    DECLINED = "declined"
    ENDED = "over"  # revoked or expired


CHANGING_OUTCOMES: Final = frozenset({LineOutcome.WAITING, LineOutcome.QUEUED})
"""Outcomes that change without a user's action."""
RESENDABLE_OUTCOMES: Final = frozenset({LineOutcome.FAILED, LineOutcome.UNKNOWN})
LINK_OUTCOMES: Final = frozenset({LineOutcome.LINK_ONLY, LineOutcome.FAILED, LineOutcome.UNKNOWN})
"""Outcomes for which the link must be passed on by hand."""

_BY_INVITATION: Final = {
    InvitationState.ACCEPTED: LineOutcome.ACCEPTED,
    InvitationState.JOINED: LineOutcome.JOINED,
    InvitationState.DECLINED: LineOutcome.DECLINED,
    InvitationState.REVOKED: LineOutcome.ENDED,
    InvitationState.EXPIRED: LineOutcome.ENDED,
}
_BY_MAIL: Final = {
    Delivered.SENT: LineOutcome.SENT,
    Delivered.UNKNOWN: LineOutcome.UNKNOWN,
    Delivered.FAILED: LineOutcome.FAILED,
    Delivered.SUPPRESSED: LineOutcome.LINK_ONLY,
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
class BulkLine:
    """Partner to invite, parsed from a line of text or a row of a file."""

    line: int
    """Line number in the source, from 1."""
    firm: str
    email: str
    part: Part
    language: Language
    state: LineState = LineState.WAITING
    problem: LineProblem | None = None
    invitation_id: str | None = None

    def with_problem(self, problem: LineProblem) -> "BulkLine":
        """Return the line marked as left out."""
        return replace(self, state=LineState.REFUSED, problem=problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkLineResult:
    """Line with its outcome."""

    line: BulkLine
    outcome: LineOutcome
    reason: str = ""
    """Answer of the mail server."""


def derive_outcome(line: BulkLine, invited: InvitationState | None, mailed: Delivered | None) -> LineOutcome:
    """Return a line's outcome from the states of its invitation and its mail."""
    if line.state is LineState.REFUSED:
        return LineOutcome.REFUSED
    if line.state is LineState.WAITING or invited is None:
        return LineOutcome.WAITING
    if invited in _BY_INVITATION:
        return _BY_INVITATION[invited]
    return _BY_MAIL.get(mailed, LineOutcome.QUEUED) if mailed else LineOutcome.QUEUED


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """Number of lines by outcome."""

    counts: Mapping[LineOutcome, int]

    def count(self, *fates: LineOutcome) -> int:
        """Return the number of lines with one of these outcomes."""
        return sum(self.counts.get(fate, 0) for fate in fates)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def is_changing(self) -> bool:
        """Return whether some outcome will change without a user's action."""
        return self.count(*CHANGING_OUTCOMES) > 0

    @property
    def digest(self) -> str:
        """Return the counts as text, to detect changes."""
        return " ".join(f"{fate}={self.counts[fate]}" for fate in LineOutcome if self.counts.get(fate))


def count_outcomes(fated: list[BulkLineResult]) -> OutcomeCounts:
    """Count lines by outcome."""
    return OutcomeCounts(Counter(item.outcome for item in fated))


# ---- views ----


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkLineView:
    """Line as one reader may see it; the address is masked in public places."""

    line: int
    partner: str
    email: str
    part: Part
    outcome: LineOutcome
    problem: LineProblem | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """Bulk invitation as a draft or a report."""

    bulk_id: str
    marketplace_id: str
    marketplace: str
    sender: str
    text: str
    state: BulkState
    counts: OutcomeCounts
    lines: tuple[BulkLineView, ...]
    """Lines of one page; on the first card those that were left out."""
    may_run: bool
    is_sender: bool
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
