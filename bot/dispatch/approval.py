"""Refusal of a missing permission: name the approvers and offer a button that asks them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.commands.command import Command, Context
from bot.dispatch.profiles import resolve_mentions
from cards import refusal as refusal_cards
from cards.model import Card, Run, Style, t
from services import member, request
from services.actor import Actor
from services.errors import NotPermitted, Refusal
from services.unit_of_work import UnitOfWork

INVITE: Final = "invitation.create"
REFERENCE: Final = re.compile(r"[\w.:-]{1,64}")
"""Matches a reference, an id or the value of a choice; an address or a free text does not match."""


async def refuse_with_approvers(ctx: Context, command: Command, raw: Mapping[str, Any], refusal: NotPermitted) -> Card:
    """Build the refusal with its approvers and, where the command can be asked for, a button that asks the first."""
    approvers = await request.list_approvers(ctx.uow, ctx.actor, refusal.permission)
    if not command.is_askable or not approvers or refusal.permission not in {command.permission, *command.also}:
        return refusal_cards.refusal_card(refusal, approvers=approvers)
    label = t("Ask {name}", name=approvers[0].split(maxsplit=1)[0])
    if command.name == INVITE:
        role = {name: value for name, value in raw.items() if name == "role"}
        ask = Run(label, "invitation.request", role, Style.PRIMARY, collects=True)
        address = refusal_cards.email_input(str(raw.get("email", "")))
        return refusal_cards.refusal_card(refusal, approvers=approvers, ask=ask, text_input=address)
    references = await _keep_references(ctx.uow, ctx.actor, await resolve_mentions(ctx.uow, ctx.interaction, raw))
    asked = {"command": command.name, "args": references}
    text_argument = _find_text(raw)
    if text_argument is None:
        ask = Run(label, "request.ask", asked, Style.PRIMARY)
        return refusal_cards.refusal_card(refusal, approvers=approvers, ask=ask)
    argument, text = text_argument
    ask = Run(label, "request.ask", {**asked, "argument": argument}, Style.PRIMARY, collects=True)
    return refusal_cards.refusal_card(
        refusal, approvers=approvers, ask=ask, text_input=refusal_cards.message_input(text)
    )


async def _keep_references(uow: UnitOfWork, actor: Actor, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the arguments that a button may carry (X2): ids and references; a member is referred to by id."""
    kept = {name: value for name, value in raw.items() if not isinstance(value, str) or REFERENCE.fullmatch(value)}
    if isinstance(who := raw.get("who"), str):
        try:
            kept["who"] = (await member.find_member(uow, actor.team_id, who)).user_id
        except Refusal:
            # No member or several have this name: the approver chooses one.
            kept.pop("who", None)
    return kept


def _find_text(raw: Mapping[str, Any]) -> tuple[str, str] | None:
    """Find the argument that is a free text; the requester sends it as an input of the form."""
    texts = ((name, value) for name, value in raw.items() if isinstance(value, str) and name != "who")
    return next(((name, text) for name, text in texts if not REFERENCE.fullmatch(text)), None)
