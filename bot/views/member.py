"""Views of memberships."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import member as cards
from cards.model import Card
from services.actor import Actor
from services.unit_of_work import UnitOfWork


async def joined(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the new member for the owner."""
    team = await uow.teams.get_name(actor.team_id)
    colleague = await uow.members.get(params["team_id"], key)
    return cards.member_joined_card(colleague.name, team, colleague.role) if team and colleague else None


async def left(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the departure of a member for the owner."""
    del params
    team, person = await uow.teams.get_name(actor.team_id), await uow.users.get(key)
    return cards.member_left_card(person.name, team) if team and person else None


async def removed(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the removal for the removed user, unless they are a member again."""
    team = await uow.teams.get_name(params["team_id"])
    return cards.membership_ended_card(team) if team and actor.user_id == key and not actor.team_id else None


async def role(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the current role for the member whose role changed."""
    del params
    team = await uow.teams.get_name(actor.team_id)
    return cards.role_changed_card(team, actor.role) if team and actor.user_id == key else None


VIEWS: Final[dict[str, View]] = {
    "member.joined": joined,
    "member.left": left,
    "member.removed": removed,
    "member.role": role,
}
