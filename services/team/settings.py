"""Name and settings of a team (A30, A34)."""

from zoneinfo import ZoneInfo

from services.actor import Actor
from services.errors import Invalid, NotFound
from services.people import Language
from services.permissions import Permission, Role
from services.team.create import parse_team_name
from services.team.events import TeamRenamed, TeamSettingsChanged
from services.team.model import ConnectedChannelView, Team, TeamView
from services.team.refusals import OwnerOnlySetting
from services.team.seats import count_seats
from services.unit_of_work import UnitOfWork


async def show(uow: UnitOfWork, actor: Actor) -> TeamView:
    """Return the team, its settings and channels (A30)."""
    team_id = actor.require(Permission.TEAM_VIEW_SETTINGS)
    team = await uow.teams.get(team_id)
    if team is None:
        raise NotFound("team")
    channels = await uow.conversations.list_connected(team_id)
    here = actor.place
    return TeamView(
        team_id=team.team_id,
        name=team.name,
        role=actor.role,
        owner_name=await _owner_name(uow, team),
        members=await uow.members.count(team_id),
        seats=await count_seats(uow, team),
        language=team.language,
        zone=team.zone,
        owner_approves_admins=team.owner_approves_admins,
        channels=tuple(
            ConnectedChannelView(
                channel.platform, channel.conversation_id, channel.name, channel.conversation_id == here.conversation_id
            )
            for channel in channels
        ),
        may_edit=actor.may(Permission.TEAM_EDIT_SETTINGS),
        may_delete=actor.may(Permission.TEAM_DELETE),
        may_connect_here=here.is_public and here.team_id == "" and actor.may(Permission.TEAM_EDIT_SETTINGS),
    )


async def _owner_name(uow: UnitOfWork, team: Team) -> str:
    owners = await uow.members.list_by_role(team.team_id, (Role.OWNER,), 1)
    return owners[0].name if owners else ""


async def rename(uow: UnitOfWork, actor: Actor, name: str) -> TeamView:
    """Rename the team."""
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    team = await uow.teams.get_for_update(team_id)
    if team is None:
        raise NotFound("team")
    new = parse_team_name(name)
    if new != team.name:
        await uow.teams.update_name(team_id, new)
        uow.emit(TeamRenamed(old=team.name, new=new), by=actor)
    return await show(uow, actor)


async def change_settings(
    uow: UnitOfWork,
    actor: Actor,
    *,
    language: Language | None = None,
    zone: str | None = None,
    owner_approves_admins: bool | None = None,
) -> TeamView:
    """Change the given settings. Only the owner changes whether the owner approves admins' invitations."""
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    team = await uow.teams.get_for_update(team_id)
    if team is None:
        raise NotFound("team")
    approves = team.owner_approves_admins if owner_approves_admins is None else owner_approves_admins
    if approves != team.owner_approves_admins and actor.role is not Role.OWNER:
        raise OwnerOnlySetting(await _owner_name(uow, team))
    new_language, new_zone = language or team.language, _checked(zone) if zone else team.zone
    old, new = (
        _settings(team.language, team.zone, team.owner_approves_admins),
        _settings(new_language, new_zone, approves),
    )
    if old != new:
        await uow.teams.update_settings(team_id, new_language, new_zone, owner_approves_admins=approves)
        uow.emit(
            TeamSettingsChanged(
                old={name: value for name, value in old.items() if new[name] != value},
                new={name: value for name, value in new.items() if old[name] != value},
            ),
            by=actor,
        )
    return await show(uow, actor)


def _settings(language: Language, zone: str, owner_approves_admins: object) -> dict[str, str]:
    return {"language": language, "zone": zone, "owner_approves_admins": "yes" if owner_approves_admins else "no"}


def _checked(zone: str) -> str:
    """Return an existing time zone. Raises Invalid."""
    try:
        return ZoneInfo(zone.strip()).key
    except (OSError, ValueError, LookupError) as error:
        raise Invalid("zone", "choice") from error
