"""Labels for parts, problems and states of a bulk invitation's lines."""

from typing import Final

from cards.model import Badge, State, T, Tone, t
from services.bulk.model import Fate, LineView, Problem
from services.invitation.model import OPEN_MAX
from services.marketplace.model import LINE_MAX_CHARS, PARTNERS_MAX, Part

PART_NAMES: Final[dict[Part, T]] = {
    Part.TAKES: t("takes leads"),
    Part.GIVES: t("gives leads"),
    Part.BOTH: t("gives and takes leads"),
}

PROBLEM_TEXTS: Final[dict[Problem, T]] = {
    Problem.ADDRESS: t("no valid e-mail address"),
    Problem.LONG: t("name longer than {limit} characters", limit=LINE_MAX_CHARS),
    Problem.PART: t("part is none of: gives, takes, both"),
    Problem.LANGUAGE: t("language is neither German nor English"),
    Problem.TWICE: t("same address as further up"),
    Problem.PARTNER: t("is a partner already"),
    Problem.INVITED: t("is invited already"),
    Problem.OWN: t("is a colleague of your team"),
    Problem.FULL: t("no room left: a market has at most {limit} partners", limit=PARTNERS_MAX),
    Problem.OPEN: t("your team has {limit} open invitations already", limit=OPEN_MAX),
}

FATE_BADGES: Final[dict[Fate, Badge]] = {
    Fate.WAITING: Badge(t("waiting its turn"), State.OPEN),
    Fate.REFUSED: Badge(t("left out"), State.WARNING, Tone.WARNING),
    Fate.QUEUED: Badge(t("being sent"), State.OPEN),
    Fate.SENT: Badge(t("sent"), State.OPEN),
    Fate.UNKNOWN: Badge(t("perhaps sent"), State.WARNING, Tone.WARNING),
    Fate.FAILED: Badge(t("not delivered"), State.WARNING, Tone.BAD),
    Fate.LINK: Badge(t("pass the link on"), State.WARNING, Tone.WARNING),
    Fate.ACCEPTED: Badge(t("accepted"), State.OPEN),
    Fate.JOINED: Badge(t("joined"), State.DONE, Tone.GOOD),
    Fate.DECLINED: Badge(t("declined"), State.NONE, Tone.SUBTLE),
    Fate.OVER: Badge(t("no longer valid"), State.NONE, Tone.SUBTLE),
}

REJECTED_PREFIX: Final = "rejected "


def failure_reason(line: LineView) -> T | None:
    """Say why no mail was sent or delivered."""
    if line.problem is not None:
        return PROBLEM_TEXTS[line.problem]
    if line.fate is not Fate.FAILED:
        return None
    if line.reason.startswith(REJECTED_PREFIX):
        return t("refused by the mail server ({status})", status=line.reason.removeprefix(REJECTED_PREFIX))
    return t("the mail server could not be reached")
