"""Creating, deleting and restoring teams (A36, A44, A77)."""

from services.actor import Actor
from services.errors import Invalid, NotFound
from services.people import NO_TEAM, TeamId
from services.permissions import Permission, Role
from services.team.connect import connect_if_free
from services.team.events import TeamCreated, TeamDeleted, TeamRestored
from services.team.model import RESTORE_WINDOW, TEAM_NAME_MAX_CHARS, CreatedTeam, DeletedTeam, RestoredTeam, Team
from services.team.refusals import AlreadyInTeam, NothingToRestore
from services.unit_of_work import UnitOfWork


async def create(uow: UnitOfWork, actor: Actor, name: str) -> CreatedTeam:
    """Create a team. Its creator owns it (A44), and the channel of the command becomes its first one."""
    actor.require(Permission.TEAM_CREATE)
    team = Team(
        team_id=TeamId(uow.new_id()),
        name=parse_team_name(name),
        plan=uow.plan,
        language=actor.language,
        zone=actor.zone,
        owner_approves_admins=False,
        created_by=actor.user_id,
        created_at=uow.now,
    )
    await uow.teams.add(team)
    if not await uow.members.add(team.team_id, actor.user_id, Role.OWNER, "", uow.now):
        raise AlreadyInTeam
    uow.emit(TeamCreated(team_id=team.team_id, name=team.name), by=actor)
    # With external users in it, connecting the channel needs its own confirmation.
    connects = actor.place.is_public and actor.place.team_id == NO_TEAM and not actor.place.has_external_users
    channel = await connect_if_free(uow, actor, team.team_id) if connects else None
    return CreatedTeam(team.team_id, team.name, channel.name if channel else "", is_connected=channel is not None)


def parse_team_name(name: str) -> str:
    """Return a valid team name. Raises Invalid."""
    trimmed = " ".join(name.split())
    if not trimmed:
        raise Invalid("name", "missing")
    if len(trimmed) > TEAM_NAME_MAX_CHARS:
        raise Invalid("name", "too_long", TEAM_NAME_MAX_CHARS)
    return trimmed


async def delete(uow: UnitOfWork, actor: Actor, name: str) -> DeletedTeam:
    """Delete the team and end every membership; the typed name confirms it (A77)."""
    team_id = actor.require(Permission.TEAM_DELETE)
    team = await uow.teams.get_for_update(team_id)
    if team is None:
        raise NotFound("team")
    if " ".join(name.split()) != team.name:
        raise Invalid("name", "name_mismatch")
    await uow.teams.delete(team_id, uow.now)
    await uow.members.remove_all(team_id, uow.now)
    uow.emit(TeamDeleted(name=team.name), by=actor)
    return DeletedTeam(team.team_id, team.name, uow.now + RESTORE_WINDOW)


async def restore(uow: UnitOfWork, actor: Actor, team: str = "") -> RestoredTeam:
    """Restore a team that the actor deleted in the last 30 days (A77), by default the latest."""
    actor.require(Permission.TEAM_RESTORE)
    since = uow.now - RESTORE_WINDOW
    deleted = await uow.teams.list_deleted(actor.user_id, since)
    wanted = next((item for item in deleted if team in {"", item.team_id, item.name}), None)
    if wanted is None or wanted.deleted_at is None:
        raise NothingToRestore
    if await uow.members.find_by_user(actor.user_id):
        raise AlreadyInTeam
    if not await uow.teams.restore(wanted.team_id, since):
        raise NothingToRestore
    members = await uow.members.restore_all(wanted.team_id, wanted.deleted_at)
    uow.emit(TeamRestored(team_id=wanted.team_id, members=members), by=actor)
    return RestoredTeam(wanted.team_id, wanted.name, members)
