"""What a refused command becomes when somebody with the right is asked to carry it out."""

import re
from collections.abc import Mapping
from typing import Any, Final

from services import member
from services.errors import Refusal
from services.people import Actor
from services.unit_of_work import UnitOfWork

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
