"""A question about an invitation before it is decided: asked, put to whoever wants it, answered."""

from dataclasses import replace
from typing import Final

from cards.examples import NOW
from cards.model import Badge, Card, Quote, Run, State, Style, Subject, T, Text, TextInput, Tone, t, verbatim
from cards.refusal import Explained, explain, refused
from services.invitation.model import QUESTION_MAX_CHARS, Question
from services.invitation.refusals import AlreadyAnswered, NobodyToAsk, NotAsked, TooManyQuestions
from services.people import TeamId

VIEW: Final = "invitation.question"
ANSWER: Final = "invitation.answer"
LIST: Final = Run(t("Show invitations"), "invitation.list")


def form(ref: str, invitation_id: str, name: str) -> Card:
    """What to ask."""
    return _form(
        t("What would you like to know from {name} about {ref}?", name=name, ref=ref),
        TextInput("text", t("Your question"), required=True, max_length=QUESTION_MAX_CHARS),
        Run(t("Send question"), VIEW, {"invitation": invitation_id}, Style.PRIMARY, collects=True),
    )


def answer_form(asked: Question) -> Card:
    """What to answer."""
    return _form(
        t("Your answer to {name} about {ref}", name=asked.asked_by_name, ref=asked.ref),
        TextInput("text", t("Your answer"), required=True, max_length=QUESTION_MAX_CHARS),
        Run(t("Send answer"), ANSWER, {"question": asked.question_id}, Style.PRIMARY, collects=True),
        Quote(verbatim(asked.text)),
    )


def _form(title: T, line: TextInput, send: Run, *before: Quote) -> Card:
    return Card(title, (*before, line), (send, Run(t("Cancel"), "cancel")))


def asked(question: Question) -> Card:
    """For whoever has just asked."""
    return Card(
        t("{name} has your question about {ref}", name=question.requested_by_name, ref=question.ref),
        (
            Quote(verbatim(question.text)),
            Text(t("The answer comes as a direct message. Until then the invitation waits."), Tone.SUBTLE),
        ),
    )


def answered(question: Question) -> Card:
    """For whoever has just answered."""
    return Card(
        t("{name} has your answer about {ref}", name=question.asked_by_name, ref=question.ref),
        (Quote(verbatim(question.answer)),),
    )


def put(question: Question) -> Card:
    """To whoever wants the invitation, before and after the answer."""
    about = t("Invitation {ref} for {email}", ref=question.ref, email=question.email)
    said = (Text(t("Your answer")), Quote(verbatim(question.answer))) if question.answer else ()
    answers = (Run(t("Answer"), ANSWER, {"question": question.question_id}, Style.PRIMARY),)
    return Card(
        t("{name} has a question about {ref}", name=question.asked_by_name, ref=question.ref),
        (Text(about, Tone.SUBTLE), Quote(verbatim(question.text)), *said),
        () if question.answer else answers,
        badge=Badge(t("answered"), State.DONE, Tone.GOOD) if question.answer else None,
        subject=Subject(VIEW, question.question_id),
    )


def told(question: Question) -> Card:
    """The answer, to whoever asked."""
    return Card(
        t("{name} answers about {ref}", name=question.requested_by_name, ref=question.ref),
        (Text(t("You asked: {text}", text=question.text), Tone.SUBTLE), Quote(verbatim(question.answer))),
        (Run(t("Show invitation"), "invitation.show", {"invitation": question.invitation_id}, Style.PRIMARY),),
        subject=Subject(ANSWER, question.question_id),
    )


@explain.register
def _(refusal: TooManyQuestions) -> Explained:
    title = t("{ref} has been asked about {limit} times.", ref=refusal.ref, limit=refusal.limit)
    return Explained(title, t("Please decide, or talk to each other."), (LIST,))


@explain.register
def _(refusal: AlreadyAnswered) -> Explained:
    return Explained(t("You have answered this question about {ref} already.", ref=refusal.ref))


@explain.register
def _(refusal: NotAsked) -> Explained:
    return Explained(t("Only {name} can answer this question about {ref}.", name=refusal.who, ref=refusal.ref))


@explain.register
def _(refusal: NobodyToAsk) -> Explained:
    return Explained(
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
    "form": form("I-7", "i1", "Ben Kaya"),
    "asked": asked(_ASKED),
    "put": put(_ASKED),
    "answer form": answer_form(_ASKED),
    "answered": answered(_ANSWERED),
    "put and answered": put(_ANSWERED),
    "told": told(_ANSWERED),
    "too many": refused(TooManyQuestions("I-7")),
    "already answered": refused(AlreadyAnswered("I-7")),
    "not asked": refused(NotAsked("I-7", "Ben Kaya")),
    "nobody to ask": refused(NobodyToAsk("I-8")),
}
