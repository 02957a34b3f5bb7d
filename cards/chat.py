"""Cards and texts about the chat itself: old buttons, timeouts, unreachable users, the way back."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from cards.model import Badge, Card, Run, State, Style, Subject, T, Text, Tone, t, verbatim

NOTHING_CHANGED: Final[T] = t("Nothing was changed. If you miss something here, write “help”.")
RESPONSE_BELOW: Final[T] = t("My answer is a new message here.")
SAVE_FILE: Final[T] = t("I made this file for you. May I save it in your OneDrive?")
SENT_DIRECTLY: Final[T] = t("I've sent it to you in our direct chat: others read along here.")
RESPONSE_UNDELIVERED: Final[T] = t(
    "My answer couldn't be delivered here. Please look at the current state before you try again."
)

SHOW_COMMAND: Final = "card.show"
"""The command that shows a redacted card to one member."""
TIMEOUT_TITLE: Final[T] = t("That took too long.")


def outdated_button_card() -> Card:
    """Answer a button whose payload is no longer supported."""
    return Card(
        t("This button is from an older card and no longer works."),
        (Text(t("Nothing was changed. A fresh card has current buttons.")),),
        (Run(t("What can I do here?"), "help", style=Style.PRIMARY),),
        badge=Badge(t("Outdated"), State.WARNING, Tone.WARNING),
    )


def timeout_card(form: Card | None = None) -> Card:
    """Say that the response came too late, and keep what was typed into the form."""
    hint = Text(t("Please send it again. Nothing happens twice."))
    if form is None:
        return Card(TIMEOUT_TITLE, (Text(t("Please try again in a moment.")),))
    return replace(form, title=TIMEOUT_TITLE, body=(hint, *form.body))


def waiting_card() -> Card:
    """Fill a dialog while the response takes longer than the platform's timeout."""
    return Card(t("One moment: this takes a little longer."), (Text(t("The answer will appear here.")),))


def unconfirmed_card(card: Card) -> Card:
    """Say that the command succeeded although its message may not have been delivered."""
    warning = t("My message here has perhaps not arrived. Look for it before you begin anew.")
    return Card(card.title, (Text(warning, Tone.WARNING),), badge=card.badge)


def unreachable_card() -> Card:
    """Replace a private response in a shared conversation when the user cannot be messaged directly."""
    return Card(
        t("I can't write to you directly yet."),
        (Text(t("My answer is for you alone. Please open a chat with me and ask again there.")),),
    )


def redacted_card(card: Card) -> Card:
    """Replace a card in a conversation with external users; members open it with a button."""
    subject = card.subject
    buttons = (
        (Run(t("Show"), SHOW_COMMAND, {"view": subject.view, "key": subject.key}, Style.PRIMARY),) if subject else ()
    )
    reason = Text(t("People from other organisations read along here: I show it to colleagues alone."), Tone.SUBTLE)
    return Card(t("There is something for the team."), (reason,), buttons, subject=subject)


def add_back_button(card: Card, command: str, args: Mapping[str, Any]) -> Card:
    """Add a button that returns to the previous card, unless the card already has it."""
    if any(
        isinstance(action, Run) and (action.command, dict(action.args)) == (command, dict(args))
        for action in card.actions
    ):
        return card
    return replace(card, actions=(*card.actions, Run(t("Back"), command, args)))


EXAMPLES = {
    "outdated": outdated_button_card(),
    "slow": timeout_card(),
    "slow form": timeout_card(
        Card(t("Lead from a message"), actions=(Run(t("Create lead"), "lead.create", collects=True),))
    ),
    "waiting": waiting_card(),
    "unseen": unconfirmed_card(Card(t("Lead from a message"))),
    "unreachable": unreachable_card(),
    "concealed": redacted_card(Card(verbatim("L-12"), subject=Subject("lead.card", "0198"))),
    "returnable": add_back_button(Card(t("Cancelled. Nothing was changed.")), "lead.show", {"lead": "L-12"}),
}
