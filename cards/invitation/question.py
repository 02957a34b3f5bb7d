"""A question about an invitation before it is decided: forms, question and answer."""

from dataclasses import replace
from typing import Final

from cards.examples import NOW
from cards.model import Badge, Card, Quote, Run, State, Style, Subject, T, Text, TextInput, Tone, t, verbatim
from cards.refusal import RefusalText, explain_refusal, refusal_card
from services.invitation.model import REQUEST_QUESTION_MAX_CHARS, Question
from services.invitation.refusals import AlreadyAnswered, NoRequester, NotQuestioned, TooManyQuestions
from services.people import TeamId

QUESTION_VIEW: Final = "invitation.question"
ANSWER_COMMAND: Final = "invitation.answer"
SHOW_INVITATIONS: Final = Run(t("Show invitations"), "invitation.list")


def question_form(ref: str, invitation_id: str, name: str) -> Card:
    """Ask for the question."""
    return _single_input_form(
        t("What would you like to know from {name} about {ref}?", name=name, ref=ref),
        TextInput("text", t("Your question"), required=True, max_length=REQUEST_QUESTION_MAX_CHARS),
        Run(t("Send question"), QUESTION_VIEW, {"invitation": invitation_id}, Style.PRIMARY, collects=True),
    )


def answer_form(question: Question) -> Card:
    """Ask for the answer."""
    return _single_input_form(
        t("Your answer to {name} about {ref}", name=question.asked_by_name, ref=question.ref),
        TextInput("text", t("Your answer"), required=True, max_length=REQUEST_QUESTION_MAX_CHARS),
        Run(t("Send answer"), ANSWER_COMMAND, {"question": question.question_id}, Style.PRIMARY, collects=True),
        Quote(verbatim(question.text)),
    )


def _single_input_form(title: T, line: TextInput, submit: Run, *quotes: Quote) -> Card:
    return Card(title, (*quotes, line), (submit, Run(t("Cancel"), "cancel")))


def question_sent_card(question: Question) -> Card:
    """Confirm to the user who asked."""
    return Card(
        t("{name} has your question about {ref}", name=question.requested_by_name, ref=question.ref),
        (
            Quote(verbatim(question.text)),
            Text(t("The answer comes as a direct message. Until then the invitation waits."), Tone.SUBTLE),
        ),
    )


def answer_sent_card(question: Question) -> Card:
    """Confirm to the user who answered."""
    return Card(
        t("{name} has your answer about {ref}", name=question.asked_by_name, ref=question.ref),
        (Quote(verbatim(question.answer)),),
    )


def question_card(question: Question) -> Card:
    """Put the question to the user who requested the invitation; after the answer, show both."""
    about = t("Invitation {ref} for {email}", ref=question.ref, email=question.email)
    answer = (Text(t("Your answer")), Quote(verbatim(question.answer))) if question.answer else ()
    actions = (Run(t("Answer"), ANSWER_COMMAND, {"question": question.question_id}, Style.PRIMARY),)
    return Card(
        t("{name} has a question about {ref}", name=question.asked_by_name, ref=question.ref),
        (Text(about, Tone.SUBTLE), Quote(verbatim(question.text)), *answer),
        () if question.answer else actions,
        badge=Badge(t("answered"), State.DONE, Tone.GOOD) if question.answer else None,
        subject=Subject(QUESTION_VIEW, question.question_id),
    )


def answer_card(question: Question) -> Card:
    """Show the answer to the user who asked."""
    return Card(
        t("{name} answers about {ref}", name=question.requested_by_name, ref=question.ref),
        (Text(t("You asked: {text}", text=question.text), Tone.SUBTLE), Quote(verbatim(question.answer))),
        (Run(t("Show invitation"), "invitation.show", {"invitation": question.invitation_id}, Style.PRIMARY),),
        subject=Subject(ANSWER_COMMAND, question.question_id),
    )


@explain_refusal.register
def _(refusal: TooManyQuestions) -> RefusalText:
    title = t("{ref} has been asked about {limit} times.", ref=refusal.ref, limit=refusal.limit)
    return RefusalText(title, t("Please decide, or talk to each other."), (SHOW_INVITATIONS,))


@explain_refusal.register
def _(refusal: AlreadyAnswered) -> RefusalText:
    return RefusalText(t("You have answered this question about {ref} already.", ref=refusal.ref))


@explain_refusal.register
def _(refusal: NotQuestioned) -> RefusalText:
    return RefusalText(t("Only {name} can answer this question about {ref}.", name=refusal.name, ref=refusal.ref))


@explain_refusal.register
def _(refusal: NoRequester) -> RefusalText:
    return RefusalText(
        t("Nobody in the team asked for {ref}.", ref=refusal.ref), t("Whoever would like to join asked in the channel.")
    )


_ASKED: Final = Question(
    team_id=TeamId("t1"),
    question_id="q1",
    invitation_id="i1",
    text="Arbeitet Eva schon bei uns oder fängt sie erst an?",
    asked_by="u1",
    asked_at=NOW,
    asked_by_name="Anna Weiß",
    number=7,
    email="eva@acme.de",
    requested_by="u3",
    requested_by_name="Ben Kaya",
)
_ANSWERED: Final = replace(_ASKED, answer="Sie fängt am 1. Dezember an.", answered_at=NOW)

EXAMPLES: Final = {
    "form": question_form("I-7", "i1", "Ben Kaya"),
    "asked": question_sent_card(_ASKED),
    "put": question_card(_ASKED),
    "answer form": answer_form(_ASKED),
    "answered": answer_sent_card(_ANSWERED),
    "put and answered": question_card(_ANSWERED),
    "told": answer_card(_ANSWERED),
    "too many": refusal_card(TooManyQuestions("I-7")),
    "already answered": refusal_card(AlreadyAnswered("I-7")),
    "not asked": refusal_card(NotQuestioned("I-7", "Ben Kaya")),
    "nobody to ask": refusal_card(NoRequester("I-8")),
}
