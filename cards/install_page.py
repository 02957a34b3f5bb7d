"""Cards of the page that ends the installation in a Slack workspace."""

from collections.abc import Mapping
from typing import Final

from cards.model import Card, Item, Items, Open, T, Text, Tone, t
from services.installation.model import OAUTH_STATE_TTL, OAuthStateFault

START_AGAIN: Final = t("Start again")
INSTALL_MINUTES: Final = int(OAUTH_STATE_TTL.total_seconds() // 60)

FAULT_TEXTS: Final[Mapping[OAuthStateFault, tuple[T, T]]] = {
    OAuthStateFault.UNKNOWN: (
        t("There's nothing to finish here"),
        t(
            "Nobody began to add Kollega here, or that was long ago. Start again, and finish within {n} minutes.",
            n=INSTALL_MINUTES,
        ),
    ),
    OAuthStateFault.OTHER_BROWSER: (
        t("This began in another browser"),
        t("Whoever starts adding Kollega has to finish it in the same browser. Nothing was changed."),
    ),
    OAuthStateFault.EXPIRED: (
        t("That took too long"),
        t("Adding Kollega has to be finished within {n} minutes. Nothing was changed.", n=INSTALL_MINUTES),
    ),
    OAuthStateFault.USED: (
        t("This page has done its work"),
        t("It counts once. If Kollega has answered you in Slack since, all is well; otherwise start again."),
    ),
}


def install_done_card(name: str, slack_url: str) -> Card:
    """Confirm the installation and list the next steps."""
    title = t("Kollega is now in {name}", name=name) if name else t("Kollega is now in your Slack")
    steps = (
        Item(
            t("Take it into a channel"), t("Write /invite @kollega in a channel. The card that appears leads you on.")
        ),
        Item(t("Write to it directly"), t("Write help in its own chat. What you may do there comes as buttons.")),
    )
    return Card(title, (Items(steps),), (Open(t("Open Slack"), slack_url),))


def install_cancelled_card(again_url: str) -> Card:
    """Say that the user declined the consent in Slack."""
    return Card(
        t("Kollega was not added"),
        (Text(t("You did not agree in Slack. Nothing was changed.")),),
        _start_again_buttons(again_url),
    )


def install_fault_card(fault: OAuthStateFault, again_url: str) -> Card:
    """Explain why the redirect matches no pending installation."""
    title, detail = FAULT_TEXTS[fault]
    return Card(title, (Text(detail),), _start_again_buttons(again_url))


def install_rejected_card(again_url: str) -> Card:
    """Say that Slack rejected the authorization code."""
    detail = t("Your consent counts there once, and only for a few minutes. Nothing was changed.")
    hint = t("If it happens again, tell whoever runs this installation: its log says what Slack objects to.")
    return Card(
        t("Slack did not accept this"), (Text(detail), Text(hint, Tone.SUBTLE)), _start_again_buttons(again_url)
    )


def install_unavailable_card(again_url: str) -> Card:
    """Say that Slack or the database cannot be reached."""
    detail = t(
        "Slack or the database of this installation does not answer at the moment. Please try again in a minute."
    )
    return Card(t("This didn't work just now"), (Text(detail),), _start_again_buttons(again_url))


def install_busy_card() -> Card:
    """Say that too many installations run at once."""
    detail = t("Very many want to add Kollega at this moment. Please try again in a minute.")
    return Card(t("One moment, please"), (Text(detail),))


def _start_again_buttons(url: str) -> tuple[Open, ...]:
    return (Open(START_AGAIN, url),)


_START_URL: Final = "https://kollega.example/slack/install"

EXAMPLES: Final = {
    "installed": install_done_card("Solarhaus GmbH", "https://slack.com/app_redirect?app=A0KOLLEGA&team=T1"),
    "installed nameless": install_done_card("", "https://slack.com/app_redirect?app=A0KOLLEGA"),
    "cancelled": install_cancelled_card(_START_URL),
    **{f"faulty {fault}": install_fault_card(fault, _START_URL) for fault in OAuthStateFault},
    "refused": install_rejected_card(_START_URL),
    "away": install_unavailable_card(_START_URL),
    "busy": install_busy_card(),
}
