"""Command that shows the home: open work, decisions and the team on one card."""

from msgspec.structs import replace

from bot.commands.command import Args, CommandDeclaration, Context, Group
from cards import home as cards
from cards.lead.elements import STEP_LABELS
from cards.model import Card, Subject, t
from cards.request import PERMISSION_LABELS
from services import home
from services.permissions import Permission


class HomeArgs(Args, frozen=True):
    """Whether the card is updated when its content changes."""

    stays: bool = False


@CommandDeclaration(
    name="home.show",
    english=("home", "start"),
    german=("home", "start", "startseite"),
    permission=Permission.HELP,
    about=t("Show your leads, what waits for you, and your team"),
    verb=t("Show my home"),
    group=Group.YOU,
    args=HomeArgs,
    writes=False,
)
async def show(ctx: Context, args: HomeArgs) -> Card:
    """Show the actor's current home."""
    card = cards.home_card(await home.show(ctx.uow, ctx.actor), STEP_LABELS, PERMISSION_LABELS)
    return (
        replace(card, subject=Subject(home.HOME_VIEW, home.build_home_key(ctx.actor.user_id))) if args.stays else card
    )
