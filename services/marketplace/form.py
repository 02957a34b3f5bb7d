"""Form of a marketplace: its questions, and a lead's answers (B20)."""

import hashlib
from collections.abc import Sequence

from services.errors import Invalid, Outdated
from services.lead.draft import parse_line
from services.lead.model import Lead
from services.marketplace.model import (
    ANSWER_MAX_CHARS,
    FORM_QUESTION_MAX_CHARS,
    FORM_QUESTIONS_MAX,
    STORED_ANSWERS_MAX,
    Answers,
    Marketplace,
)


def parse_questions(typed: str) -> tuple[str, ...]:
    """Parse one question a line. Raises Invalid."""
    lines = dict.fromkeys(
        one for text in typed.splitlines() if (one := parse_line("questions", text, FORM_QUESTION_MAX_CHARS))
    )
    if len(lines) > FORM_QUESTIONS_MAX:
        raise Invalid("questions", "too_many", FORM_QUESTIONS_MAX)
    return tuple(lines)


def digest_questions(questions: Sequence[str]) -> str:
    """Return a digest of the questions, to detect answers to an older version of the form."""
    return hashlib.sha256("\n".join(questions).encode()).hexdigest()[:16] if questions else ""


def merge_answers(lead: Lead, market: Marketplace, answers: Answers) -> dict[str, str]:
    """Return the lead's answers on this marketplace; an empty answer keeps the previous one.

    Raises Outdated when the questions have changed since they were shown.
    """
    given = tuple(parse_line("answer", text, ANSWER_MAX_CHARS) for text in answers.texts)
    if any(given) and answers.questions_digest != digest_questions(market.questions):
        raise Outdated("marketplace", market.name)
    known = lead.enquiry.fields if lead.marketplace_id == market.marketplace_id else {}
    new = {question: answer for question, answer in zip(market.questions, given, strict=False) if answer}
    return dict(list((known | new).items())[-STORED_ANSWERS_MAX:])
