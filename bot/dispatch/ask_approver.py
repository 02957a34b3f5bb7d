"""What a refused command becomes when somebody with the right is asked to carry it out."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.commands.context import Context
from bot.commands.registry import Command
from bot.dispatch.profile import named
from cards import refusal as refusal_cards
from cards.model import Card, Run, Style, t
from services import member, request
from services.actor import Actor
from services.errors import NotPermitted, Refusal
from services.unit_of_work import UnitOfWork

INVITE: Final = "invitation.create"
POINTER: Final = re.compile(r"[\w.:-]{1,64}")
"""A reference, an id or a word of a choice; an address or a text is none."""


async def pointers(uow: UnitOfWork, actor: Actor, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Only what points at things, because that is all a button carries (X2): a colleague by his id, too."""
    pointed = {name: value for name, value in raw.items() if not isinstance(value, str) or POINTER.fullmatch(value)}
    if isinstance(who := raw.get("who"), str):
        try:
            pointed["who"] = (await member.resolve(uow, actor.team_id, who)).user_id
        except Refusal:
            pointed.pop("who", None)  # Nobody, or several: whoever carries it out chooses.
    return pointed


def own_text(raw: Mapping[str, Any]) -> tuple[str, str] | None:
    """The argument that is a text of the person's own, if there is one."""
    texts = ((name, value) for name, value in raw.items() if isinstance(value, str) and name != "who")
    return next(((name, text) for name, text in texts if not POINTER.fullmatch(text)), None)


async def way_out(ctx: Context, command: Command, raw: Mapping[str, Any], refusal: NotPermitted) -> Card:
    """Who can lift the refusal, and a button that asks the first of them."""
    lifters = await request.lifters(ctx.uow, ctx.actor, refusal.permission)
    if not command.is_askable or not lifters or refusal.permission not in {command.permission, *command.also}:
        return refusal_cards.refused(refusal, lifters=lifters)
    label = t("Ask {name}", name=lifters[0].split(maxsplit=1)[0])
    if command.name == INVITE:
        role = {name: value for name, value in raw.items() if name == "role"}
        ask = Run(label, "invitation.request", role, Style.PRIMARY, collects=True)
        address = refusal_cards.address(str(raw.get("email", "")))
        return refusal_cards.refused(refusal, lifters=lifters, ask=ask, goes_along=address)
    pointed = await pointers(ctx.uow, ctx.actor, await named(ctx.uow, ctx.incoming, raw))
    wanted = {"command": command.name, "args": pointed}
    written = own_text(raw)
    if written is None:
        return refusal_cards.refused(refusal, lifters=lifters, ask=Run(label, "request.ask", wanted, Style.PRIMARY))
    argument, text = written
    ask = Run(label, "request.ask", {**wanted, "argument": argument}, Style.PRIMARY, collects=True)
    return refusal_cards.refused(refusal, lifters=lifters, ask=ask, goes_along=refusal_cards.wording(text))
