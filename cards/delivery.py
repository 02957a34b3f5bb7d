"""Deliveries whose outcome is unknown: subject, destination, and a button that sends again."""

from dataclasses import replace
from typing import Final

from cards.examples import NOW
from cards.model import (
    Badge,
    Card,
    Fact,
    Facts,
    Instant,
    Item,
    Items,
    Run,
    State,
    Style,
    Subject,
    T,
    Text,
    TimeStyle,
    Tone,
    t,
    tn,
    verbatim,
)
from cards.refusal import RefusalText, explain_refusal
from services.delivery import OutcomeKnown, UnknownDeliveryView, UnknownGroupView

VIEW: Final = "delivery.unknown"

_PLATFORM_NAMES: Final[dict[str, T]] = {
    "teams": verbatim("Microsoft Teams"),
    "slack": verbatim("Slack"),
    "web": t("Browser chat"),
    "mail": t("E-mail"),
}
_SUBJECT_NAMES: Final[dict[str, T]] = {
    "lead": t("A lead"),
    "invitation": t("An invitation"),
    "member": t("A colleague"),
    "request": t("A request"),
    "marketplace": t("A marketplace"),
    "team": t("The team"),
}


def unknown_deliveries_card(lost: UnknownGroupView) -> Card:
    """Ask owner and admins to check deliveries whose outcome is unknown."""
    return _deliveries_card(lost) if lost.total > 1 else _single_delivery_card(lost, lost.first[0])


def _single_delivery_card(lost: UnknownGroupView, delivery: UnknownDeliveryView) -> Card:
    return Card(
        t("One message may not have arrived"),
        (
            Text(
                t("The connection broke while it was being sent. If it is not there, send it again.")
                if delivery.is_open
                else t("It has been sent again.")
            ),
            _facts(delivery),
        ),
        (_resend_button(delivery, Style.PRIMARY),) if delivery.is_open else (),
        badge=_badge(is_open=delivery.is_open),
        subject=Subject(VIEW, lost.sweep_id),
    )


def _deliveries_card(lost: UnknownGroupView) -> Card:
    """Show the number of deliveries and list the first ones that are still open."""
    open_deliveries = [delivery for delivery in lost.first if delivery.is_open]
    body: list[Text | Items] = []
    if lost.open:
        body.append(Text(t("The connection broke while they were being sent. If one is not there, send it again.")))
    if resent := lost.total - lost.open:
        body.append(Text(tn("{n} of them has been sent again.", "{n} of them have been sent again.", resent)))
    if open_deliveries:
        body.append(Items(tuple(_delivery_item(delivery) for delivery in open_deliveries)))
    if remaining := lost.open - len(open_deliveries):
        body.append(Text(tn("… and {n} more", "… and {n} more", remaining), Tone.SUBTLE))
    resend_all = Run(t("Send all again"), "delivery.resend_all", {"sweep": lost.sweep_id}, Style.PRIMARY)
    return Card(
        t("{count} messages may not have arrived", count=lost.total),
        tuple(body),
        (resend_all,) if lost.open else (),
        badge=_badge(is_open=lost.open > 0),
        subject=Subject(VIEW, lost.sweep_id),
    )


def _delivery_item(delivery: UnknownDeliveryView) -> Item:
    at = Instant(delivery.at, TimeStyle.CLOCK)
    title = (
        t("{about} for {place}", about=_subject_name(delivery), place=delivery.place_name)
        if delivery.place_name
        else None
    )
    return Item(
        title or _subject_name(delivery),
        t("{platform}, {at}", platform=_platform_name(delivery), at=at),
        actions=(_resend_button(delivery),),
    )


def resent_deliveries_card(lost: UnknownGroupView) -> Card:
    """Confirm that the selected deliveries are being sent again."""
    if lost.total > 1:
        return _deliveries_card(lost)
    return Card(
        t("The message is being sent again"),
        (_facts(lost.first[0]),),
        badge=_badge(is_open=False),
        subject=Subject(VIEW, lost.sweep_id),
    )


def _badge(*, is_open: bool) -> Badge:
    if is_open:
        return Badge(t("Unclear"), State.WARNING, Tone.WARNING)
    return Badge(t("sent again"), State.DONE, Tone.GOOD)


def _resend_button(delivery: UnknownDeliveryView, style: Style = Style.NORMAL) -> Run:
    return Run(t("Send again"), "delivery.resend", {"delivery": delivery.delivery_id}, style)


def _subject_name(delivery: UnknownDeliveryView) -> T:
    return _SUBJECT_NAMES.get(delivery.view.partition(".")[0], t("Something else"))


def _platform_name(delivery: UnknownDeliveryView) -> T:
    return _PLATFORM_NAMES.get(delivery.platform, verbatim(delivery.platform))


def _facts(delivery: UnknownDeliveryView) -> Facts:
    facts = [
        Fact(t("About"), _subject_name(delivery)),
        Fact(t("Platform"), _platform_name(delivery)),
        Fact(t("Sent at"), T("{at}", {"at": Instant(delivery.at, TimeStyle.CLOCK)})),
    ]
    if delivery.place_name:
        facts.insert(1, Fact(t("Meant for"), verbatim(delivery.place_name)))
    return Facts(tuple(facts))


@explain_refusal.register
def _(refusal: OutcomeKnown) -> RefusalText:
    del refusal
    return RefusalText(t("The message was sent again already."))


_OPEN: Final = UnknownDeliveryView("d1", "lead.card", "teams", "Vertrieb", NOW, is_open=True)
_DONE: Final = replace(_OPEN, is_open=False)
_BY_MAIL: Final = UnknownDeliveryView("d2", "invitation.mail", "mail", "", NOW, is_open=True)
_FIVE: Final = (_OPEN, _BY_MAIL, *(replace(_OPEN, delivery_id=f"d{number}") for number in (3, 4, 5)))

EXAMPLES: Final = {
    "unknown": unknown_deliveries_card(UnknownGroupView("d1", (_OPEN,), 1, 1)),
    "unknown, sent again": unknown_deliveries_card(UnknownGroupView("d1", (_DONE,), 1, 0)),
    "unknown, many": unknown_deliveries_card(UnknownGroupView("d1", _FIVE, 31, 31)),
    "unknown, one of two": unknown_deliveries_card(UnknownGroupView("d1", (_BY_MAIL, _DONE), 2, 1)),
    "unknown, many sent again": unknown_deliveries_card(UnknownGroupView("d1", (_DONE, _DONE), 31, 0)),
    "resent": resent_deliveries_card(UnknownGroupView("d1", (_DONE,), 1, 0)),
}
