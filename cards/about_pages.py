"""Cards of the pages that the app's store listing links to: support, privacy and terms."""

from dataclasses import dataclass
from typing import Final

from cards.model import Action, Card, Fact, Facts, Item, Items, Open, T, Text, Tone, t, tn, verbatim
from services.bulk.model import REPORT_TTL
from services.file.model import FILE_TTL, FileOrigin
from services.team.model import RESTORE_DAYS

SUPPORT_TITLE: Final = t("About Kollega")
PRIVACY_TITLE: Final = t("What Kollega keeps about you")
TERMS_TITLE: Final = t("Terms of use")


@dataclass(frozen=True, slots=True)
class SiteOperator:
    """Name and address of the organisation that runs this installation; empty when not configured."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class RetentionDays:
    """How long technical records are kept, in days."""

    interactions_days: int
    deliveries_days: int


def support_cards(operator: SiteOperator, url: str) -> tuple[Card, ...]:
    """Describe the product, the first steps and the contact."""
    links: tuple[Action, ...] = (Open(PRIVACY_TITLE, f"{url}/privacy"), Open(TERMS_TITLE, f"{url}/terms"))
    return (
        Card(
            SUPPORT_TITLE,
            (Text(t("Kollega lets sales and service teams pick, share and close leads right in their channel.")),),
            links,
        ),
        Card(
            t("How to begin"),
            (
                _item_list(
                    (t("In a channel"), t("Add the app to the channel and write: @Kollega connect")),
                    (t("In the personal chat"), t("Write help. What you may do here comes as buttons.")),
                    (t("Your language"), t("Kollega answers in the language of your client. Change it with: language")),
                )
            ),
        ),
        Card(t("Who helps"), _operator_blocks(operator)),
    )


def privacy_cards(operator: SiteOperator, retention: RetentionDays) -> tuple[Card, ...]:
    """List the data, its purpose, its retention period and the contact."""
    return (
        Card(PRIVACY_TITLE, (Text(t("No advertising, no analytics, no service that learns from your data.")),)),
        Card(t("Who is responsible"), _operator_blocks(operator)),
        Card(t("What it reads"), (Text(_DATA_READ),)),
        Card(t("What it keeps"), _item_list(*_DATA_STORED)),
        Card(t("How long"), _item_list(*_retention_items(retention))),
        Card(t("Who gets it"), (Text(_DATA_SHARED), Text(_CONTACTS_MASKED))),
        Card(t("Your rights"), (Text(_RIGHTS), Text(_AUDIT_LOG, Tone.SUBTLE))),
    )


def terms_cards(operator: SiteOperator) -> tuple[Card, ...]:
    """State the terms of use."""
    return (
        Card(TERMS_TITLE, (Text(t("Whoever uses Kollega agrees to these terms.")),)),
        Card(t("Who offers it"), _operator_blocks(operator)),
        Card(
            t("What you may do"),
            _item_list(
                (t("Use it for your work"), t("Pick, share, work on and close the leads that your team may see.")),
                (t("Bring in leads"), t("Only contacts that you are allowed to keep and to pass on.")),
                (
                    t("Offer leads to partners"),
                    t("The firm that picks a lead gets the contact."),
                ),
            ),
        ),
        Card(
            t("What is promised"),
            (Text(t("Kollega is free software under the MIT licence and comes without any warranty.")),),
        ),
        Card(
            t("How it ends"),
            (Text(t("Leave your team or remove the app at any time. The owner can delete the whole team.")),),
        ),
    )


_DATA_READ: Final = t(
    "Only what is meant for it: messages in its own chat, messages that mention it, and a message from which you "
    "make a lead. It also asks who is in a conversation, so that each person sees the card that is right for them."
)
_DATA_STORED: Final = (
    (t("About you"), t("Name, id in the chat, mail address of your invitation, language, time zone, team and role")),
    (t("About leads"), t("Contact, request, notes, and who did what with it")),
    (t("About people who were invited"), t("Mail address, and what was written to them")),
    (t("Files"), t("What you send, and what is made for you. Nobody else can open them")),
    (t("A log"), t("Who changed what in the team, and when")),
)
_DATA_SHARED: Final = t(
    "The data lies in the database of whoever runs this installation. The chat carries the cards, a mail server the "
    "invitations. Nobody else gets anything."
)
_CONTACTS_MASKED: Final = t("In channels the contact of a lead is masked. Whoever opens it is named in the log.")
_RIGHTS: Final = t(
    "You can ask for what is kept about you, have it corrected or erased, or object. Ask whoever runs this "
    "installation."
)
_AUDIT_LOG: Final = t("Owners and admins read the log of their own team with: audit")


def _retention_items(retention: RetentionDays) -> tuple[tuple[T, T], ...]:
    return (
        (t("Answers to clicks and commands"), _days_text(retention.interactions_days)),
        (t("Messages that were sent"), _days_text(retention.deliveries_days)),
        (t("Files that you send"), _days_text(FILE_TTL[FileOrigin.RECEIVED].days)),
        (t("Files that are made for you"), _days_text(FILE_TTL[FileOrigin.GENERATED].days)),
        (t("Reports on invitations"), _days_text(REPORT_TTL.days)),
        (t("Leads, colleagues and the log"), t("As long as the team uses Kollega")),
        (
            t("A deleted team"),
            t("Its owner can restore it for {days} days. Erasing it is done on request.", days=RESTORE_DAYS),
        ),
    )


def _days_text(count: int) -> T:
    return tn("{n} day", "{n} days", count)


def _operator_blocks(operator: SiteOperator) -> tuple[Facts | Text, ...]:
    facts = [
        Fact(label, verbatim(value))
        for label, value in ((t("Run by"), operator.name), (t("Mail"), operator.email))
        if value
    ]
    if facts:
        return (Facts(tuple(facts)),)
    return (Text(t("Your organisation runs this installation. Your administrator of Microsoft 365 knows who it is.")),)


def _item_list(*rows: tuple[T, T]) -> tuple[Items]:
    return (Items(tuple(Item(title, detail) for title, detail in rows)),)


_OPERATOR: Final = SiteOperator("Solarhaus GmbH", "datenschutz@solarhaus.example")
_PAGES: Final = {
    "support": support_cards(_OPERATOR, "https://kollega.example"),
    "privacy": privacy_cards(_OPERATOR, RetentionDays(35, 90)),
    "terms": terms_cards(SiteOperator()),
}

EXAMPLES: Final = {f"{name} {number}": card for name, page in _PAGES.items() for number, card in enumerate(page, 1)}
