"""Command that shows a redacted card of a shared channel to one member."""

from bot.commands.command import Args, CommandDeclaration, Context, Group
from bot.dispatch.interaction import Placement
from cards.chat import SHOW
from cards.model import Card, t
from services import delivery
from services.errors import NotFound
from services.permissions import Permission


class CardArgs(Args, frozen=True):
    """View and key of a posted card."""

    view: str
    key: str


@CommandDeclaration(
    name=SHOW,
    permission=Permission.CARD_SHOW,
    about=t("Show a card to you alone"),
    verb=t("Show"),
    group=Group.YOU,
    args=CardArgs,
    on_click=Placement.PRIVATE,
    writes=False,
    listed=False,
)
async def show(ctx: Context, args: CardArgs) -> Card:
    """Show the current card for the actor."""
    posted = await delivery.find_post(ctx.uow, ctx.actor, args.view, args.key)
    view = ctx.views.get(posted.view)
    params = {**posted.params, "team_id": posted.team_id, "public_url": ctx.public_url}
    card = await view(ctx.uow, ctx.actor, posted.key, params) if view else None
    if card is None:
        raise NotFound("card")
    return card
