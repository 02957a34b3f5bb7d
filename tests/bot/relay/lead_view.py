"""View and counter that relay tests share."""

from collections.abc import Mapping

from cards.model import Card, t, verbatim
from services.actor import Actor
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits


async def render_lead(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render whether the lead is picked and for which conversation."""
    del params
    shown = await uow.leads.get(actor.team_id, key)
    if shown is None:
        return None
    return Card(t("{state} in {place}", state=shown.lead.state.value, place=verbatim(actor.place.name)))


async def count_unknown(units: SqlUnits) -> int:
    """Count the deliveries with an unknown outcome."""
    async with units.read() as uow:
        return (await uow.deliveries.count_backlog(uow.now)).unknown
