"""View of a user's home, updated when its content changes."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import home as cards
from cards.lead.elements import STEP_LABELS
from cards.model import Card
from cards.request import PERMISSION_LABELS
from services import home, user
from services.actor import Actor
from services.unit_of_work import UnitOfWork


async def card(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the home of this reader, in the reader's current team."""
    del key, params
    actor = await _today(uow, reader)
    return cards.home_card(await home.show(uow, actor), STEP_LABELS, PERMISSION_LABELS) if actor else None


async def _today(uow: UnitOfWork, reader: Actor) -> Actor | None:
    """Return the user as the actor of the direct chat."""
    here = reader.place
    for identity in await uow.users.list_identities(reader.user_id):
        if (identity.platform, identity.tenant) == (here.platform, here.tenant):
            seen = await user.recognise(
                uow, identity.platform, identity.tenant, identity.platform_user_id, identity.direct_conversation_id
            )
            return seen.actor() if seen else None
    return None


VIEWS: Final[dict[str, View]] = {home.HOME_VIEW: card}
