"""Labels for parts, problems and states of a bulk invitation's lines."""

from typing import Final

from cards.model import Badge, State, T, Tone, t
from services.bulk.model import BulkLineView, LineOutcome, LineProblem
from services.invitation.model import OPEN_INVITATIONS_MAX
from services.marketplace.model import PARTNER_NAME_MAX_CHARS, PARTNERS_MAX, Part

PART_NAMES: Final[dict[Part, T]] = {
    Part.TAKES: t("takes leads"),
    Part.GIVES: t("gives leads"),
    Part.BOTH: t("gives and takes leads"),
}

PROBLEM_TEXTS: Final[dict[LineProblem, T]] = {
    LineProblem.BAD_ADDRESS: t("no valid e-mail address"),
    LineProblem.NAME_TOO_LONG: t("name longer than {limit} characters", limit=PARTNER_NAME_MAX_CHARS),
    LineProblem.UNKNOWN_PART: t("part is none of: gives, takes, both"),
    LineProblem.UNKNOWN_LANGUAGE: t("language is neither German nor English"),
    LineProblem.DUPLICATE: t("same address as further up"),
    LineProblem.PARTNER: t("is a partner already"),
    LineProblem.INVITED: t("is invited already"),
    LineProblem.OWN_MEMBER: t("is a colleague of your team"),
    LineProblem.MARKETPLACE_FULL: t("no room left: a market has at most {limit} partners", limit=PARTNERS_MAX),
    LineProblem.TOO_MANY_OPEN: t("your team has {limit} open invitations already", limit=OPEN_INVITATIONS_MAX),
}

FATE_BADGES: Final[dict[LineOutcome, Badge]] = {
    LineOutcome.WAITING: Badge(t("waiting its turn"), State.OPEN),
    LineOutcome.REFUSED: Badge(t("left out"), State.WARNING, Tone.WARNING),
    LineOutcome.QUEUED: Badge(t("being sent"), State.OPEN),
    LineOutcome.SENT: Badge(t("sent"), State.OPEN),
    LineOutcome.UNKNOWN: Badge(t("perhaps sent"), State.WARNING, Tone.WARNING),
    LineOutcome.FAILED: Badge(t("not delivered"), State.WARNING, Tone.BAD),
    LineOutcome.LINK_ONLY: Badge(t("pass the link on"), State.WARNING, Tone.WARNING),
    LineOutcome.ACCEPTED: Badge(t("accepted"), State.OPEN),
    LineOutcome.JOINED: Badge(t("joined"), State.DONE, Tone.GOOD),
    LineOutcome.DECLINED: Badge(t("declined"), State.NONE, Tone.SUBTLE),
    LineOutcome.ENDED: Badge(t("no longer valid"), State.NONE, Tone.SUBTLE),
}

REJECTED_PREFIX: Final = "rejected "


def failure_reason(line: BulkLineView) -> T | None:
    """Say why no mail was sent or delivered."""
    if line.problem is not None:
        return PROBLEM_TEXTS[line.problem]
    if line.outcome is not LineOutcome.FAILED:
        return None
    if line.reason.startswith(REJECTED_PREFIX):
        return t("refused by the mail server ({status})", status=line.reason.removeprefix(REJECTED_PREFIX))
    return t("the mail server could not be reached")
