"""The questions of a marketplace's own form, and a lead's answers to them (B20)."""

import hashlib
from collections.abc import Sequence

from services.errors import Invalid, Outdated
from services.lead.draft import line
from services.lead.model import Lead
from services.marketplace.model import (
    ANSWER_MAX_CHARS,
    ANSWERS_KEPT,
    QUESTION_MAX_CHARS,
    QUESTIONS_MAX,
    Answers,
    Marketplace,
)


def questions_of(typed: str) -> tuple[str, ...]:
    """One question a line. Raises Invalid."""
    lines = dict.fromkeys(one for text in typed.splitlines() if (one := line("questions", text, QUESTION_MAX_CHARS)))
    if len(lines) > QUESTIONS_MAX:
        raise Invalid("questions", "too_many", QUESTIONS_MAX)
    return tuple(lines)


def known_as(questions: Sequence[str]) -> str:
    """By what a form is known again: answers to other questions than these are not theirs."""
    return hashlib.sha256("\n".join(questions).encode()).hexdigest()[:16] if questions else ""


def fields_of(lead: Lead, market: Marketplace, answers: Answers) -> dict[str, str]:
    """What the lead says on this marketplace; an empty answer leaves what was said before.

    Raises Outdated when the questions are not those that were answered.
    """
    given = tuple(line("answer", text, ANSWER_MAX_CHARS) for text in answers.texts)
    if any(given) and answers.asked != known_as(market.questions):
        raise Outdated("marketplace", market.name)
    known = lead.enquiry.fields if lead.marketplace_id == market.marketplace_id else {}
    new = {question: answer for question, answer in zip(market.questions, given, strict=False) if answer}
    return dict(list((known | new).items())[-ANSWERS_KEPT:])
