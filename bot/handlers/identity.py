"""Commands that link and unlink the actor's chat identities."""

from collections.abc import Mapping
from typing import Any

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group
from bot.dispatch.interaction import Placement
from cards import identity as cards
from cards.model import Card, t
from services import identity
from services.codes import WrongCode
from services.errors import ConfirmationWarning
from services.identity.model import LinkState
from services.permissions import Permission


class LinkArgs(Args, frozen=True):
    """Code from the other chat; empty for a new code."""

    code: str = ""


class EnterArgs(Args, frozen=True):
    """Code from the other chat."""

    code: str


class RequestArgs(Args, frozen=True):
    """Id of a request to link."""

    link: str


class UnlinkArgs(Args, frozen=True):
    """Reference of an identity; empty to choose one."""

    identity: str = ""


@CommandDeclaration(
    name="identity.link",
    english=("link",),
    german=("verknüpfen",),
    permission=Permission.IDENTITY_LINK,
    about=t("Be one person here and in another chat, such as Slack or Teams"),
    verb=t("Link chats"),
    group=Group.YOU,
    args=LinkArgs,
    takes=("code",),
)
async def link(ctx: Context, args: LinkArgs) -> Card | CommandResult | None:
    """Enter a code, or show a new one once."""
    if args.code:
        return await enter.handler(ctx, EnterArgs(code=args.code))
    return CommandResult(
        cards.link_code_card(await identity.issue_code(ctx.uow, ctx.actor)),
        ctx.message_placement,
        repeated_card=cards.link_code_hidden_card(),
    )


@CommandDeclaration(
    name="identity.unlink",
    english=("unlink",),
    german=("verknüpfung lösen",),
    permission=Permission.IDENTITY_LINK,
    about=t("Show the chats in which you are one person, and unlink one"),
    verb=t("Unlink"),
    group=Group.YOU,
    args=UnlinkArgs,
)
async def unlink(ctx: Context, args: UnlinkArgs) -> Card:
    """Unlink an identity, or list the identities."""
    if not args.identity:
        return cards.identity_list_card(await identity.list_(ctx.uow, ctx.actor))
    return cards.unlinked_identity_card(await identity.unlink(ctx.uow, ctx.actor, args.identity, accept=args.accept))


async def enter_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for a code."""
    del known, warnings
    ctx.actor.require(Permission.IDENTITY_LINK)
    return cards.link_code_form()


@CommandDeclaration(
    name="identity.enter",
    permission=Permission.IDENTITY_LINK,
    about=t("Type the code from the other chat"),
    verb=t("I have a code"),
    group=Group.YOU,
    args=EnterArgs,
    form=enter_form,
    listed=False,
)
async def enter(ctx: Context, args: EnterArgs) -> Card:
    """Show the user to whom the code belongs."""
    found = await identity.claim_code(ctx.uow, ctx.actor, args.code)
    return (
        cards.wrong_link_code_card(found)
        if isinstance(found, WrongCode)
        else cards.link_consent_card(found, ctx.uow.now)
    )


@CommandDeclaration(
    name="identity.agree",
    permission=Permission.IDENTITY_LINK,
    about=t("Say that the other chat is yours, too"),
    verb=t("That's me"),
    group=Group.YOU,
    args=RequestArgs,
    listed=False,
)
async def agree(ctx: Context, args: RequestArgs) -> Card:
    """Confirm the link where the code was typed."""
    return cards.link_consent_card(await identity.agree(ctx.uow, ctx.actor, args.link), ctx.uow.now)


@CommandDeclaration(
    name="identity.review",
    permission=Permission.IDENTITY_LINK,
    about=t("See who would like to be linked with you"),
    verb=t("Go on here"),
    group=Group.YOU,
    args=RequestArgs,
    writes=False,
    listed=False,
)
async def review(ctx: Context, args: RequestArgs) -> Card | CommandResult:
    """Show the requested link; the card keeps the code until it was typed."""
    found = await identity.review(ctx.uow, ctx.actor, args.link)
    card = cards.link_review_card(found, ctx.uow.now)
    is_early = found.state in {LinkState.ISSUED, LinkState.CLAIMED} and found.is_open(ctx.uow.now)
    return CommandResult(card, Placement.PRIVATE) if is_early else card


@CommandDeclaration(
    name="identity.confirm",
    permission=Permission.IDENTITY_LINK,
    about=t("Link the other chat with you"),
    verb=t("Link"),
    group=Group.YOU,
    args=RequestArgs,
    listed=False,
)
async def confirm(ctx: Context, args: RequestArgs) -> Card:
    """Confirm the link where the code was shown."""
    return cards.linked_identity_card(await identity.confirm(ctx.uow, ctx.actor, args.link))


@CommandDeclaration(
    name="identity.decline",
    permission=Permission.IDENTITY_LINK,
    about=t("Link nothing"),
    verb=t("Decline"),
    group=Group.YOU,
    args=RequestArgs,
    listed=False,
)
async def decline(ctx: Context, args: RequestArgs) -> Card:
    """Decline."""
    return cards.link_review_card(await identity.decline(ctx.uow, ctx.actor, args.link), ctx.uow.now)
