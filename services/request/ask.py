"""Asking an approver to perform a command; the first decision wins (X1)."""

import json
from collections.abc import Mapping
from typing import Any

from services.actor import Actor
from services.errors import Invalid, NotFound
from services.people import TeamId, UserId
from services.permissions import Permission, Role, list_roles_with
from services.request.events import RequestApproved, RequestAsked, RequestDeclined
from services.request.model import (
    OPEN_REQUESTS_MAX,
    REQUEST_ARGS_MAX_CHARS,
    Request,
    RequestState,
    RequestView,
    SentRequest,
)
from services.request.refusals import NotRequestable, RequestDecided, RequesterDecides, TooManyRequests
from services.unit_of_work import UnitOfWork

REQUEST_DECIDERS_MAX = 20
APPROVERS_SHOWN_MAX = 3


async def ask(uow: UnitOfWork, actor: Actor, command: str, args: Mapping[str, Any], *needed: Permission) -> SentRequest:
    """Ask the members whose role grants the first missing permission. Raises NotAskable where none is missing."""
    team_id = actor.require(Permission.REQUEST_ASK)
    permission = next((item for item in needed if not actor.may(item)), None)
    if permission is None:
        raise NotRequestable
    roles = list_roles_with(permission)
    args = _stored_args(args, permission)
    if not roles:
        raise NotRequestable
    if len(json.dumps(args)) > REQUEST_ARGS_MAX_CHARS:
        raise Invalid("text", "too_long", REQUEST_ARGS_MAX_CHARS)
    mine = await uow.requests.list_open_of(team_id, actor.user_id, OPEN_REQUESTS_MAX)
    same = next((item for item in mine if item.command == command and dict(item.args) == dict(args)), None)
    deciders = tuple(item.name for item in await uow.members.list_by_role(team_id, roles, REQUEST_DECIDERS_MAX))
    if same is not None:
        return SentRequest(same, deciders)
    if len(mine) >= OPEN_REQUESTS_MAX:
        raise TooManyRequests(OPEN_REQUESTS_MAX)
    asked = Request(
        team_id=team_id,
        request_id=uow.new_id(),
        command=command,
        permission=permission,
        asked_by=actor.user_id,
        asked_at=uow.now,
        args=args,
        asked_by_name=actor.name,
    )
    await uow.requests.add(asked)
    uow.emit(
        RequestAsked(request_id=asked.request_id, command=command, asked_by=actor.user_id, permission=permission),
        by=actor,
    )
    return SentRequest(asked, deciders)


def _stored_args(args: Mapping[str, Any], permission: Permission) -> dict[str, Any]:
    """Return the arguments to store.

    The decider accepts consequences, and types the name of a team to delete, in person.
    """
    if permission is Permission.TEAM_DELETE:
        return {}
    return {name: value for name, value in args.items() if name != "accept"}


async def list_approvers(uow: UnitOfWork, actor: Actor, permission: Permission) -> tuple[str, ...]:
    """List the approvers of a permission that the actor lacks: members with a higher role (X1).

    It words a refusal, so it requires no permission itself.
    """
    above = tuple(Role)[: tuple(Role).index(actor.role)]
    roles = tuple(role for role in list_roles_with(permission) if role in above)
    return tuple(item.name for item in await uow.members.list_by_role(actor.team_id, roles, APPROVERS_SHOWN_MAX))


async def show(uow: UnitOfWork, actor: Actor, request_id: str) -> RequestView:
    """Return a request for its deciders and its requester. Raises NotFound for others."""
    team_id = actor.require(Permission.REQUEST_ASK)
    asked = await _found(uow, team_id, request_id)
    if asked.asked_by != actor.user_id and not actor.may(asked.permission):
        raise NotFound("request", request_id)
    return await build_request_view(uow, actor, asked)


async def build_request_view(uow: UnitOfWork, actor: Actor, asked: Request) -> RequestView:
    """Build the request's view for this reader."""
    is_open = asked.state is RequestState.OPEN
    may_decide = is_open and actor.may(asked.permission) and asked.asked_by != actor.user_id
    return RequestView(asked, await _about(uow, asked), may_decide=may_decide)


async def _about(uow: UnitOfWork, asked: Request) -> tuple[tuple[str, str], ...]:
    about: list[tuple[str, str]] = []
    for name, value in asked.args.items():
        if isinstance(value, str | int) and value:
            about.append((name, await _called(uow, asked.team_id, name, str(value))))
    return tuple(about)


async def _called(uow: UnitOfWork, team_id: TeamId, name: str, value: str) -> str:
    """Return the display name of an argument: buttons carry ids, other values were typed."""
    match name:
        case "who":
            colleague = await uow.members.get(team_id, value)
            return colleague.name if colleague else value
        case "lead":
            seen = await uow.leads.get(team_id, value)
            return seen.sight.ref if seen else value
        case "invitation":
            invited = await uow.invitations.get(team_id, value)
            return invited.ref if invited else value
        case _:
            return value


async def approve(uow: UnitOfWork, actor: Actor, request_id: str) -> Request:
    """Approve a request; its command is then performed in the actor's name, in the same transaction."""
    actor.require(Permission.REQUEST_DECIDE)
    asked = await _decide(uow, actor, request_id, RequestState.APPROVED)
    uow.emit(
        RequestApproved(request_id=asked.request_id, command=asked.command, asked_by=asked.asked_by),
        by=actor,
    )
    return asked


async def decline(uow: UnitOfWork, actor: Actor, request_id: str) -> RequestView:
    """Decline a request."""
    actor.require(Permission.REQUEST_DECIDE)
    asked = await _decide(uow, actor, request_id, RequestState.DECLINED)
    uow.emit(
        RequestDeclined(request_id=asked.request_id, command=asked.command, asked_by=asked.asked_by),
        by=actor,
    )
    return await build_request_view(uow, actor, asked)


async def _decide(uow: UnitOfWork, actor: Actor, request_id: str, to: RequestState) -> Request:
    asked = await _found(uow, actor.team_id, request_id)
    if asked.asked_by == actor.user_id:
        raise RequesterDecides
    actor.require(asked.permission)
    if not await uow.requests.decide(actor.team_id, request_id, to, actor.user_id, uow.now):
        now = await _found(uow, actor.team_id, request_id)
        raise RequestDecided(now.state, now.decided_by_name, now.decided_at)
    if await uow.members.get(actor.team_id, UserId(asked.asked_by)) is None:
        raise NotFound("request", request_id)
    return await _found(uow, actor.team_id, request_id)


async def _found(uow: UnitOfWork, team_id: str, request_id: str) -> Request:
    asked = await uow.requests.get(team_id, request_id)
    if asked is None:
        raise NotFound("request", request_id)
    return asked
