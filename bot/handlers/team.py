"""Commands about teams and their channels, and the installation events of the bot."""

from collections.abc import Mapping
from typing import Any

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group, NoArgs
from bot.dispatch.interaction import Placement
from cards import channel, team as cards
from cards.model import Card, t
from services import channel as channel_offers, team
from services.errors import ConfirmationWarning
from services.people import Language
from services.permissions import Permission


class NameArgs(Args, frozen=True):
    """Name of a team."""

    name: str


class SettingsArgs(Args, frozen=True):
    """Changed settings; the others stay."""

    language: Language | None = None
    zone: str | None = None
    owner_approves_admins: bool | None = None


class ConnectArgs(Args, frozen=True):
    """Code of a team on another platform."""

    code: str = ""


class RestoreArgs(Args, frozen=True):
    """Reference of a team; empty where the user has only one."""

    team: str = ""


@CommandDeclaration(
    name="team.show",
    english=("team", "team show"),
    german=("team", "team zeigen"),
    permission=Permission.TEAM_VIEW_SETTINGS,
    about=t("Show your team, its seats and channels"),
    verb=t("Show team"),
    group=Group.TEAM,
    writes=False,
)
async def show(ctx: Context, args: NoArgs) -> Card:
    """Show the team and its settings."""
    del args
    return cards.team_card(await team.show(ctx.uow, ctx.actor))


async def create_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for the name."""
    del warnings
    ctx.actor.require(Permission.TEAM_CREATE)
    return cards.new_team_form(str(known.get("name", "")))


@CommandDeclaration(
    name="team.create",
    english=("team create", "create team"),
    german=("team anlegen", "team gründen"),
    permission=Permission.TEAM_CREATE,
    about=t("Create a team that you own"),
    verb=t("Create a team"),
    group=Group.TEAM,
    args=NameArgs,
    takes=("name*",),
    form=create_form,
)
async def create(ctx: Context, args: NameArgs) -> Card | CommandResult:
    """Create a team; its first channel gets a notice."""
    created = await team.create(ctx.uow, ctx.actor, args.name)
    card = cards.created_team_card(created)
    return CommandResult(card, Placement.NEW) if created.is_connected else card


async def rename_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for another name."""
    del known, warnings
    ctx.actor.require(Permission.TEAM_EDIT_SETTINGS)
    return cards.rename_team_form((await team.show(ctx.uow, ctx.actor)).name)


@CommandDeclaration(
    name="team.rename",
    english=("team rename", "rename team"),
    german=("team umbenennen",),
    permission=Permission.TEAM_EDIT_SETTINGS,
    about=t("Rename the team"),
    verb=t("Rename"),
    group=Group.TEAM,
    args=NameArgs,
    takes=("name*",),
    form=rename_form,
)
async def rename(ctx: Context, args: NameArgs) -> Card:
    """Rename the team."""
    return cards.changed_team_card(await team.rename(ctx.uow, ctx.actor, args.name))


async def settings_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form with the current settings."""
    del known, warnings
    ctx.actor.require(Permission.TEAM_EDIT_SETTINGS)
    return cards.team_settings_form(await team.show(ctx.uow, ctx.actor))


@CommandDeclaration(
    name="team.settings",
    english=("team settings", "settings"),
    german=("team einstellungen", "einstellungen"),
    permission=Permission.TEAM_EDIT_SETTINGS,
    about=t("Language and time zone in channels, and who approves invitations"),
    verb=t("Settings"),
    group=Group.TEAM,
    args=SettingsArgs,
    form=settings_form,
)
async def settings(ctx: Context, args: SettingsArgs) -> Card:
    """Change the given settings, or show the form without any."""
    if args == SettingsArgs():
        return await settings_form(ctx, {}, ())
    changed = await team.change_settings(
        ctx.uow,
        ctx.actor,
        language=args.language,
        zone=args.zone,
        owner_approves_admins=args.owner_approves_admins,
    )
    return cards.changed_team_card(changed)


@CommandDeclaration(
    name="team.connect",
    english=("connect",),
    german=("verbinden",),
    permission=Permission.TEAM_EDIT_SETTINGS,
    about=t("Connect this channel or chat with your team"),
    verb=t("Connect here"),
    group=Group.TEAM,
    args=ConnectArgs,
    takes=("code",),
    private=False,
    on_click=Placement.NEW,
)
async def connect(ctx: Context, args: ConnectArgs) -> Card | CommandResult:
    """Connect this channel with the actor's team, or offer it to the team of the code."""
    if args.code:
        return CommandResult(
            channel.channel_offer_card(await channel_offers.claim_code(ctx.uow, ctx.actor, args.code)),
            Placement.PRIVATE,
        )
    return channel.channel_connected_card(await team.connect(ctx.uow, ctx.actor, accept=args.accept))


@CommandDeclaration(
    name="team.disconnect",
    english=("disconnect",),
    german=("trennen",),
    permission=Permission.TEAM_EDIT_SETTINGS,
    about=t("Disconnect this channel or chat from your team"),
    verb=t("Disconnect here"),
    group=Group.TEAM,
    private=False,
    on_click=Placement.NEW,
)
async def disconnect(ctx: Context, args: NoArgs) -> Card:
    """Disconnect this channel."""
    del args
    return channel.channel_disconnected_card(await team.disconnect(ctx.uow, ctx.actor))


async def delete_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the consequence and the form for the team's name."""
    del known, warnings
    ctx.actor.require(Permission.TEAM_DELETE)
    return cards.delete_team_form((await team.show(ctx.uow, ctx.actor)).name)


@CommandDeclaration(
    name="team.delete",
    english=("team delete", "delete team"),
    german=("team löschen",),
    permission=Permission.TEAM_DELETE,
    about=t("Delete the team, which you can undo for 30 days"),
    verb=t("Delete the team"),
    group=Group.TEAM,
    args=NameArgs,
    takes=("name*",),
    form=delete_form,
)
async def delete(ctx: Context, args: NameArgs) -> Card:
    """Delete the team."""
    return cards.deleted_team_card(await team.delete(ctx.uow, ctx.actor, args.name))


@CommandDeclaration(
    name="team.restore",
    english=("team restore", "restore team"),
    german=("team wiederherstellen",),
    permission=Permission.TEAM_RESTORE,
    about=t("Restore the team that you deleted"),
    verb=t("Restore the team"),
    group=Group.TEAM,
    args=RestoreArgs,
    listed=False,
)
async def restore(ctx: Context, args: RestoreArgs) -> Card:
    """Restore the team."""
    return cards.restored_team_card(await team.restore(ctx.uow, ctx.actor, args.team))


@CommandDeclaration(
    name="conversation.install",
    permission=Permission.HELP,
    about=t("Say what I do here"),
    verb=t("What can I do here?"),
    group=Group.YOU,
    private=False,
    listed=False,
)
async def install(ctx: Context, args: NoArgs) -> Card:
    """Show the welcome card in a conversation."""
    del args
    return channel.welcome_card(await team.show_welcome(ctx.uow, ctx.actor))


@CommandDeclaration(
    name="conversation.remove",
    permission=Permission.HELP,
    about=t("Remember that I'm no longer here"),
    verb=t("Leave"),
    group=Group.YOU,
    listed=False,
)
async def remove(ctx: Context, args: NoArgs) -> None:
    """Record that the bot was removed from a conversation."""
    del args
    await team.record_bot_removed(ctx.uow, ctx.actor)
