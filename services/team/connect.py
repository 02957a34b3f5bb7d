"""Connecting channels to a team (A34)."""

from typing import Final

from services.actor import Actor
from services.conversation.model import Conversation
from services.errors import ConfirmationWarning, NeedsConfirmation, NotFound
from services.people import NO_TEAM, PlaceKind
from services.permissions import Permission
from services.team.events import ChannelConnected, ChannelDisconnected
from services.team.model import RESTORE_WINDOW, ConnectedChannel, DeletedTeam, WelcomeView
from services.team.refusals import AlreadyConnected, NotInChannel
from services.unit_of_work import UnitOfWork

EXTERNAL_USERS_WARNING: Final = "team.connect.outsiders"
EXTERNAL_USERS_EFFECT_WARNING: Final = "team.connect.outsiders.effect"


async def connect(uow: UnitOfWork, actor: Actor, *, accept: tuple[str, ...] = ()) -> ConnectedChannel:
    """Connect this channel to the team; with external users in it, after confirmation."""
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    if not actor.place.is_public:
        raise NotInChannel
    confirm_external_users(accept, has_outsiders=actor.place.has_external_users)
    channel = await connect_if_free(uow, actor, team_id)
    if channel is None:
        raise AlreadyConnected
    is_group = actor.place.kind is PlaceKind.GROUP
    return ConnectedChannel(await uow.teams.get_name(team_id) or "", channel.name, is_group=is_group)


def confirm_external_users(accept: tuple[str, ...], *, has_outsiders: bool) -> None:
    """Raise NeedsConfirmation for a channel with external users, unless accepted."""
    if has_outsiders and EXTERNAL_USERS_WARNING not in accept:
        raise NeedsConfirmation(
            (ConfirmationWarning(EXTERNAL_USERS_WARNING), ConfirmationWarning(EXTERNAL_USERS_EFFECT_WARNING))
        )


async def connect_if_free(uow: UnitOfWork, actor: Actor, team_id: str) -> Conversation | None:
    """Connect the channel unless it is another team's; emit the event unless it was the team's already."""
    place = actor.place
    channel = await uow.conversations.connect(team_id, place.platform, place.tenant, place.conversation_id, uow.now)
    if channel is not None and place.team_id != team_id:
        uow.emit(
            ChannelConnected(
                team_id=team_id, tenant=place.tenant, conversation_id=place.conversation_id, channel=channel.name
            ),
            by=actor,
        )
    return channel


async def disconnect(uow: UnitOfWork, actor: Actor) -> ConnectedChannel:
    """Disconnect this channel: the team's cards are posted in it no more."""
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    place = actor.place
    if not await uow.conversations.disconnect(team_id, place.platform, place.tenant, place.conversation_id):
        raise NotFound("channel", place.name)
    uow.emit(
        ChannelDisconnected(tenant=place.tenant, conversation_id=place.conversation_id, channel=place.name), by=actor
    )
    is_group = place.kind is PlaceKind.GROUP
    return ConnectedChannel(await uow.teams.get_name(team_id) or "", place.name, is_group=is_group)


async def show_welcome(uow: UnitOfWork, actor: Actor) -> WelcomeView:
    """Return the welcome for the bot's arrival in a place."""
    actor.require(Permission.HELP)
    since = uow.now - RESTORE_WINDOW
    deleted = () if actor.team_id else await uow.teams.list_deleted(actor.user_id, since)
    is_connected = actor.place.team_id != NO_TEAM
    if actor.place.has_external_users:
        return WelcomeView(is_personal=False, is_shared=True, is_connected=is_connected)
    return WelcomeView(
        is_personal=not actor.place.is_public,
        is_connected=is_connected,
        team_name=await uow.teams.get_name(actor.place.team_id) or "" if is_connected else "",
        own_team_name=await uow.teams.get_name(actor.team_id) or "" if actor.team_id else "",
        may_connect=actor.place.is_public and not is_connected and actor.may(Permission.TEAM_EDIT_SETTINGS),
        restorable=tuple(
            DeletedTeam(item.team_id, item.name, item.deleted_at + RESTORE_WINDOW)
            for item in deleted
            if item.deleted_at
        ),
    )


async def record_bot_removed(uow: UnitOfWork, actor: Actor) -> None:
    """Record that the bot was removed from this place; the channel stays the team's for a later return."""
    actor.require(Permission.HELP)
    place = actor.place
    await uow.conversations.update_left(place.platform, place.tenant, place.conversation_id)
