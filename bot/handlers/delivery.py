"""Commands about messages whose outcome is unknown."""

from bot.commands.command import Args, CommandDeclaration, Context, Group
from cards import delivery as cards
from cards.model import Card, t
from services import delivery
from services.permissions import Permission


class DeliveryArgs(Args, frozen=True):
    """Id of a message."""

    delivery: str


class SweepArgs(Args, frozen=True):
    """Id of a group of messages that were lost together."""

    sweep: str


@CommandDeclaration(
    name="delivery.resend",
    permission=Permission.DELIVERY_RESEND,
    about=t("Send a message again that may not have arrived"),
    verb=t("Send again"),
    group=Group.TEAM,
    args=DeliveryArgs,
    listed=False,
)
async def resend(ctx: Context, args: DeliveryArgs) -> Card:
    """Resend a message whose outcome is unknown."""
    return cards.resent(await delivery.resend(ctx.uow, ctx.actor, args.delivery))


@CommandDeclaration(
    name="delivery.resend_all",
    permission=Permission.DELIVERY_RESEND,
    about=t("Send messages again that may not have arrived"),
    verb=t("Send all again"),
    group=Group.TEAM,
    args=SweepArgs,
    listed=False,
)
async def resend_all(ctx: Context, args: SweepArgs) -> Card:
    """Resend a group of messages whose outcome is unknown."""
    return cards.resent(await delivery.resend_all(ctx.uow, ctx.actor, args.sweep))
