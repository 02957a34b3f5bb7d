"""The types of views: a view loads what is true now and renders a posted card or a mail from it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cards.model import Card, T
from services.people import Actor, Language
from services.unit_of_work import UnitOfWork

View: TypeAlias = Callable[[UnitOfWork, Actor, str, Mapping[str, str]], Awaitable[Card | None]]
"""(uow, reader, key, params) → the card, or None where nothing is to be sent any more.

The unit of work is read-only. `key` and `params` are those of the notice; `params` always has `team_id`, the team of
the notice, and `public_url`, the base of links. The reader is one of these:

- in a direct chat: the user with the current role in the team of the notice. A user who is no member of it reads as
  GUEST with NO_TEAM: the view shows only what concerns the user, found through `params["team_id"]`;
- in a channel: the common reader. `user_id` is "", the role MEMBER, team, language and zone are those of the team that
  connected the channel, and `place.is_public` requires masked contacts. The actions of a single reader appear through
  `Card.refresh`.
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one address; the card is rendered as HTML and as plain text."""

    address: str
    subject: T
    card: Card
    language: Language
    zone: str


MailView: TypeAlias = Callable[[UnitOfWork, str, str, Mapping[str, str]], Awaitable[Mail | None]]
"""(uow, team_id, key, params) → the mail, or None where nothing is to be sent. The unit of work is read-only."""
