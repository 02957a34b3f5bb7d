"""Commands about members: list, roles, removal, transfer, leaving."""

from collections.abc import Mapping
from typing import Any

from bot.commands.command import RECIPIENT_PREPOSITIONS, Args, CommandDeclaration, Context, Group, NoArgs
from cards import member as cards
from cards.model import Card, t
from services import member, membership
from services.errors import ConfirmationWarning
from services.permissions import Permission


class WhoArgs(Args, frozen=True):
    """A member by id or name."""

    who: str


class RoleArgs(Args, frozen=True):
    """A member, the new role, and whether the member may delegate leads."""

    who: str
    role: str
    responsible: bool | None = None


@CommandDeclaration(
    name="member.list",
    english=("members", "colleagues"),
    german=("mitglieder", "kollegen"),
    permission=Permission.TEAM_VIEW_SETTINGS,
    about=t("Show the colleagues of the team"),
    verb=t("Show colleagues"),
    group=Group.TEAM,
    writes=False,
)
async def list_(ctx: Context, args: NoArgs) -> Card:
    """List the members."""
    del args
    return cards.member_list_card(await member.list_(ctx.uow, ctx.actor))


async def role_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for a member, then for the role."""
    del warnings
    ctx.actor.require(Permission.MEMBER_CHANGE_ROLE)
    if known.get("who"):
        return cards.role_form(await member.show_member(ctx.uow, ctx.actor, str(known["who"])))
    return cards.role_member_form(await member.list_(ctx.uow, ctx.actor))


@CommandDeclaration(
    name="member.role",
    english=("role",),
    german=("rolle",),
    permission=Permission.MEMBER_CHANGE_ROLE,
    about=t("Change a colleague's role"),
    verb=t("Change role"),
    group=Group.TEAM,
    args=RoleArgs,
    takes=("who", "role"),
    ends=member.ROLE_WORDS,
    form=role_form,
)
async def role(ctx: Context, args: RoleArgs) -> Card:
    """Change a member's role."""
    changed = await member.change(ctx.uow, ctx.actor, args.who, args.role, may_delegate=args.responsible)
    return cards.changed_member_card(changed)


async def remove_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for the member to remove."""
    del known, warnings
    ctx.actor.require(Permission.MEMBER_REMOVE)
    return cards.remove_member_form(await member.list_(ctx.uow, ctx.actor))


@CommandDeclaration(
    name="member.remove",
    english=("remove",),
    german=("entfernen",),
    permission=Permission.MEMBER_REMOVE,
    about=t("Remove a colleague from the team"),
    verb=t("Remove"),
    group=Group.TEAM,
    args=WhoArgs,
    takes=("who*",),
    form=remove_form,
)
async def remove(ctx: Context, args: WhoArgs) -> Card:
    """Remove a member."""
    return cards.removed_member_card(await membership.remove(ctx.uow, ctx.actor, args.who, accept=args.accept))


async def transfer_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for the new owner."""
    del known, warnings
    ctx.actor.require(Permission.TEAM_TRANSFER)
    return cards.transfer_team_form(await member.list_(ctx.uow, ctx.actor))


@CommandDeclaration(
    name="member.transfer",
    english=("transfer",),
    german=("übertragen",),
    permission=Permission.TEAM_TRANSFER,
    about=t("Hand over the team to a colleague"),
    verb=t("Hand over the team"),
    group=Group.TEAM,
    args=WhoArgs,
    takes=("who*",),
    before=RECIPIENT_PREPOSITIONS,
    form=transfer_form,
)
async def transfer(ctx: Context, args: WhoArgs) -> Card:
    """Transfer the team to another owner."""
    return cards.transferred_team_card(await member.transfer(ctx.uow, ctx.actor, args.who, accept=args.accept))


@CommandDeclaration(
    name="member.leave",
    english=("leave team", "team leave"),
    german=("team verlassen",),
    permission=Permission.MEMBER_LEAVE,
    about=t("Leave the team"),
    verb=t("Leave the team"),
    group=Group.TEAM,
)
async def leave(ctx: Context, args: NoArgs) -> Card:
    """Leave the team."""
    return cards.removed_member_card(await membership.leave(ctx.uow, ctx.actor, accept=args.accept))
