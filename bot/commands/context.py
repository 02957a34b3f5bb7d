"""What a handler is given beside its arguments."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.dispatch.incoming import Incoming, Placement
from cards.render.text import Writer
from services.actor import Actor
from services.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.commands.registry import Registry, Reply
    from bot.views.base import View
    from cards.model import Card


@dataclass(frozen=True, slots=True)
class Context:
    """One command being carried out."""

    uow: UnitOfWork
    actor: Actor
    incoming: Incoming
    registry: "Registry"
    run: "Callable[[Context, str, Mapping[str, Any]], Awaitable[Card | Reply | None]]"
    """Carries out another command in the same transaction, in this actor's name (an approved request, say)."""
    public_url: str
    views: "Mapping[str, View]"
    """How posted cards are drawn."""

    @property
    def writer(self) -> Writer:
        """Words for a file, in the language and zone of whoever asked for it."""
        return Writer(self.actor.language, self.actor.zone, self.uow.now)

    @property
    def apart(self) -> Placement:
        """A message of its own; where others read along, for this person alone."""
        return Placement.PRIVATE if self.actor.place.is_public else Placement.NEW
