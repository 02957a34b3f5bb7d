"""How a posted card or a mail is drawn when it is sent: read what is true now, hand it to the card."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cards.model import Card, T
from services.actor import Actor
from services.people import Language
from services.unit_of_work import UnitOfWork

View: TypeAlias = Callable[[UnitOfWork, Actor, str, Mapping[str, str]], Awaitable[Card | None]]
"""(uow, reader, key, params) → the card, or None: there is nothing to say any more, and nothing is sent.

The unit of work is read-only. `key` and `params` are those of the notice; `params["team_id"]` is always there: the
team in whose name the notice was given; so is `params["public_url"]`, where links lead. The reader is one of these:

- in a direct chat: the person, with today's role in the notice's team. Who is no colleague of it (any more) reads as
  GUEST with NO_TEAM: such a reader is shown only what concerns himself, found through `params["team_id"]`;
- in a channel: everybody who reads along. `user_id` is "", the role MEMBER, team, language and zone are those of the
  team that connected the channel, and `place.is_public` asks for masked contacts. What a single reader may do
  appears through `Card.refresh`.
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one address; the card is drawn as HTML and as plain text."""

    address: str
    subject: T
    card: Card
    language: Language
    zone: str


MailView: TypeAlias = Callable[[UnitOfWork, str, str, Mapping[str, str]], Awaitable[Mail | None]]
"""(uow, team_id, key, params) → the mail, or None: there is nothing to say any more. The unit of work is read-only."""
