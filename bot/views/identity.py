"""Views of both sides of a request to link identities."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import identity as cards
from cards.model import Card
from services.actor import Actor
from services.identity.link import add_team_name
from services.identity.model import LinkRequest, LinkState
from services.unit_of_work import UnitOfWork


async def review(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the request where the code was shown; a card with the code or the outcome is not replaced."""
    del params
    link = await uow.identities.get_link(key)
    is_his = link is not None and link.first.user_id == actor.user_id and not actor.place.is_public
    if link is None or not is_his or link.state in {LinkState.ISSUED, LinkState.LINKED}:
        return None
    return cards.link_review_card(await add_team_name(uow, link), uow.now)


async def consent(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the request where the code was typed."""
    del params
    link = await uow.identities.get_link(key)
    if link is None or actor.user_id not in _others(link) or actor.place.is_public:
        return None
    return cards.link_consent_card(link, uow.now)


def _others(link: LinkRequest) -> set[str]:
    """Load the reader of the other side; after linking, it is the user of the first side."""
    other = link.other.user_id if link.other else ""
    return {other, link.first.user_id} if link.state is LinkState.LINKED else {other}


VIEWS: Final[dict[str, View]] = {cards.REVIEW_VIEW: review, cards.CONSENT_VIEW: consent}
