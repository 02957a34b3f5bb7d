"""Views of both sides of a request to link identities."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import identity as cards
from cards.model import Card
from services.identity.link import described
from services.identity.model import Link, LinkState
from services.people import Actor
from services.unit_of_work import UnitOfWork


async def review(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the request where the code was shown; a card with the code or the outcome is not replaced."""
    del params
    link = await uow.identities.get(key)
    is_his = link is not None and link.first.user_id == actor.user_id and not actor.place.is_public
    if link is None or not is_his or link.state in {LinkState.ASKED, LinkState.LINKED}:
        return None
    return cards.review(await described(uow, link), uow.now)


async def consent(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the request where the code was typed."""
    del params
    link = await uow.identities.get(key)
    if link is None or actor.user_id not in _others(link) or actor.place.is_public:
        return None
    return cards.consent(link, uow.now)


def _others(link: Link) -> set[str]:
    """Load the reader of the other side; after linking, it is the user of the first side."""
    other = link.other.user_id if link.other else ""
    return {other, link.first.user_id} if link.state is LinkState.LINKED else {other}


VIEWS: Final[dict[str, View]] = {cards.REVIEW: review, cards.CONSENT: consent}
