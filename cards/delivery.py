"""A message that may not have arrived: what it was about, where it should be, and a button that sends it again."""

from typing import Final

from cards.examples import NOW
from cards.model import (
    Badge,
    Card,
    Fact,
    Facts,
    Instant,
    Run,
    State,
    Style,
    Subject,
    T,
    Text,
    TimeStyle,
    Tone,
    t,
    verbatim,
)
from cards.refusal import Explained, explain
from services.delivery import NotUnknown, UnknownDelivery

VIEW: Final = "delivery.unknown"

_PLATFORMS: Final[dict[str, T]] = {
    "teams": verbatim("Microsoft Teams"),
    "slack": verbatim("Slack"),
    "web": t("Browser chat"),
    "mail": t("E-mail"),
}
_ABOUT: Final[dict[str, T]] = {
    "lead": t("A lead"),
    "invitation": t("An invitation"),
    "member": t("A colleague"),
    "request": t("A request"),
    "marketplace": t("A marketplace"),
    "team": t("The team"),
}


def unknown(delivery: UnknownDelivery) -> Card:
    """To owner and admins: nobody can say whether it arrived, so somebody has to look."""
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
        (_again(delivery),) if delivery.is_open else (),
        badge=_badge(delivery),
        subject=Subject(VIEW, delivery.delivery_id),
    )


def resent(delivery: UnknownDelivery) -> Card:
    """Somebody looked, and it is on its way once more."""
    return Card(
        t("The message is being sent again"),
        (_facts(delivery),),
        badge=Badge(t("sent again"), State.DONE, Tone.GOOD),
        subject=Subject(VIEW, delivery.delivery_id),
    )


def _badge(delivery: UnknownDelivery) -> Badge:
    if delivery.is_open:
        return Badge(t("Unclear"), State.WARNING, Tone.WARNING)
    return Badge(t("sent again"), State.DONE, Tone.GOOD)


def _again(delivery: UnknownDelivery) -> Run:
    return Run(t("Send again"), "delivery.resend", {"delivery": delivery.delivery_id}, Style.PRIMARY)


def _facts(delivery: UnknownDelivery) -> Facts:
    noun = delivery.view.partition(".")[0]
    facts = [
        Fact(t("About"), _ABOUT.get(noun, t("Something else"))),
        Fact(t("Platform"), _PLATFORMS.get(delivery.platform, verbatim(delivery.platform))),
        Fact(t("Sent at"), T("{at}", {"at": Instant(delivery.at, TimeStyle.CLOCK)})),
    ]
    if delivery.place:
        facts.insert(1, Fact(t("Meant for"), verbatim(delivery.place)))
    return Facts(tuple(facts))


@explain.register
def _not_unknown(refusal: NotUnknown) -> Explained:
    del refusal
    return Explained(t("The message was sent again already."))


_OPEN: Final = UnknownDelivery("d1", "lead.card", "teams", "Vertrieb", NOW, is_open=True)
_DONE: Final = UnknownDelivery("d1", "lead.card", "teams", "Vertrieb", NOW, is_open=False)

EXAMPLES: Final = {"unknown": unknown(_OPEN), "unknown, sent again": unknown(_DONE), "resent": resent(_OPEN)}
