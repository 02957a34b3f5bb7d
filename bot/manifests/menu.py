"""The menus of suggested commands: ten per kind of conversation, and the reason why the others are left out.

Adding a command includes a decision here; unlisted commands can still be typed, and help lists them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

ENTRIES_MAX: Final = 10
"""Clients show at most this many entries."""


class MenuScope(StrEnum):
    """Kind of conversation in which a user types."""

    PERSONAL = "personal"
    CHANNEL = "channel"
    GROUP = "group"


class Reason(StrEnum):
    """Reason why a command is in no menu."""

    ON_THE_CARD = "on the card"  # a button stands where it is needed, with what it is about
    IN_A_MENU_OF_ITS_OWN = "in a menu of its own"  # the chat offers it as an extension
    SET_UP_ONCE = "set up once"  # its button is on the card of the team or of the market
    SELDOM = "seldom"  # and never in a hurry


SHARED: Final = (
    "lead.list",
    "lead.create",
    "lead.pick",
    "lead.note",
    "lead.share",
    "marketplace.offer",
    "invitation.join",
    "team.connect",
    "team.create",
    "help",
)
"""Menu of channels: work on leads, invitations and connecting the channel."""

MENUS: Final[Mapping[MenuScope, tuple[str, ...]]] = {
    MenuScope.PERSONAL: (
        "lead.list",
        "lead.create",
        "lead.reveal",
        "marketplace.show",
        "marketplace.offer",
        "team.show",
        "member.list",
        "invitation.create",
        "preference.language",
        "help",
    ),
    MenuScope.CHANNEL: SHARED,
    MenuScope.GROUP: SHARED,
}
"""Menu of direct chats: the most frequent commands first, help last."""

LEFT_OUT: Final[Mapping[str, Reason]] = {
    "home.show": Reason.IN_A_MENU_OF_ITS_OWN,
    "lead.show": Reason.ON_THE_CARD,
    "lead.capture": Reason.IN_A_MENU_OF_ITS_OWN,
    "lead.find": Reason.IN_A_MENU_OF_ITS_OWN,
    "lead.import": Reason.SELDOM,
    "lead.undo": Reason.ON_THE_CARD,
    "lead.delegate": Reason.ON_THE_CARD,
    "lead.win": Reason.ON_THE_CARD,
    "lead.lose": Reason.ON_THE_CARD,
    "lead.return": Reason.ON_THE_CARD,
    "invitation.approve": Reason.ON_THE_CARD,
    "invitation.decline": Reason.ON_THE_CARD,
    "invitation.question": Reason.ON_THE_CARD,
    "invitation.revoke": Reason.ON_THE_CARD,
    "invitation.resend": Reason.ON_THE_CARD,
    "invitation.request": Reason.ON_THE_CARD,
    "invitation.list": Reason.ON_THE_CARD,
    "member.role": Reason.ON_THE_CARD,
    "member.remove": Reason.ON_THE_CARD,
    "marketplace.create": Reason.SET_UP_ONCE,
    "marketplace.change": Reason.SET_UP_ONCE,
    "marketplace.invite": Reason.SET_UP_ONCE,
    "marketplace.invite_many": Reason.SET_UP_ONCE,
    "bulk.show": Reason.SELDOM,
    "team.rename": Reason.SET_UP_ONCE,
    "team.settings": Reason.SET_UP_ONCE,
    "team.disconnect": Reason.SET_UP_ONCE,
    "team.delete": Reason.SELDOM,
    "member.transfer": Reason.SELDOM,
    "member.leave": Reason.SELDOM,
    "channel.code": Reason.SET_UP_ONCE,
    "identity.link": Reason.SELDOM,
    "identity.unlink": Reason.SELDOM,
    "audit.show": Reason.SELDOM,
    "audit.export": Reason.SELDOM,
    "lead.export": Reason.SELDOM,
}
