"""Commands that connect a channel of another platform by a code."""

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group, NoArgs
from bot.dispatch.interaction import Placement
from cards import channel as cards
from cards.model import Card, t
from services import channel
from services.permissions import Permission


class OfferArgs(Args, frozen=True):
    """Id of an offered channel."""

    offer: str


@CommandDeclaration(
    name="channel.code",
    english=("connect code",),
    german=("verbinden code",),
    permission=Permission.TEAM_EDIT_SETTINGS,
    about=t("Get a code that connects a channel in another chat, such as Slack or Teams"),
    verb=t("Connect elsewhere"),
    group=Group.TEAM,
)
async def code(ctx: Context, args: NoArgs) -> CommandResult:
    """Show a new code once."""
    del args
    return CommandResult(
        cards.channel_code_card(await channel.issue_code(ctx.uow, ctx.actor)),
        ctx.message_placement,
        repeated_card=cards.channel_code_hidden_card(),
    )


@CommandDeclaration(
    name="channel.review",
    permission=Permission.TEAM_EDIT_SETTINGS,
    about=t("See which channel was offered"),
    verb=t("Go on here"),
    group=Group.TEAM,
    args=OfferArgs,
    writes=False,
    listed=False,
)
async def review(ctx: Context, args: OfferArgs) -> Card | CommandResult:
    """Show the offered channel; the card keeps the code until it was typed."""
    found = await channel.review(ctx.uow, ctx.actor, args.offer)
    card = cards.channel_review_card(found, ctx.uow.now)
    is_early = found.state is channel.ChannelOfferState.ISSUED and found.is_open(ctx.uow.now)
    return CommandResult(card, Placement.PRIVATE) if is_early else card


@CommandDeclaration(
    name="channel.confirm",
    permission=Permission.TEAM_EDIT_SETTINGS,
    about=t("Connect the channel that was offered"),
    verb=t("Connect"),
    group=Group.TEAM,
    args=OfferArgs,
    listed=False,
)
async def confirm(ctx: Context, args: OfferArgs) -> Card:
    """Connect the channel with the team."""
    return cards.channel_confirmed_card(await channel.confirm(ctx.uow, ctx.actor, args.offer, accept=args.accept))


@CommandDeclaration(
    name="channel.decline",
    permission=Permission.TEAM_EDIT_SETTINGS,
    about=t("Leave the offered channel alone"),
    verb=t("Decline"),
    group=Group.TEAM,
    args=OfferArgs,
    listed=False,
)
async def decline(ctx: Context, args: OfferArgs) -> Card:
    """Decline the channel."""
    return cards.channel_review_card(await channel.decline(ctx.uow, ctx.actor, args.offer), ctx.uow.now)
