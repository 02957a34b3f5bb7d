"""Notices and the subscribers that turn an event into them.

A notice is one card for one audience, named by view and key and rendered when it is sent. A noun declares
`SUBSCRIBERS` in its module `subscribers`: events and who is told of them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from services.events import Event
from services.people import NO_TEAM, TeamId
from services.unit_of_work import UnitOfWork

THREAD_PARAM: Final = "thread"
"""Parameter of a notice that names the channel's message under which its card is posted."""


@dataclass(frozen=True, slots=True)
class CardCopies:
    """Every card already posted about the notice's key, on every platform; each is rendered again in its own view."""


@dataclass(frozen=True, slots=True)
class ChannelCards:
    """The newest cards of one conversation, at most `limit`; each is rendered again in its own view."""

    platform: str
    tenant: str
    conversation_id: str
    limit: int


@dataclass(frozen=True, slots=True)
class TeamChannels:
    """Audience: every connected channel of the notice's team without a card of this view and key."""


@dataclass(frozen=True, slots=True)
class SingleChannel:
    """Audience: one conversation."""

    platform: str
    tenant: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class DirectChat:
    """A user's direct chat; an e-mail, if the user has no chat identity."""

    user_id: str


@dataclass(frozen=True, slots=True)
class MailRecipient:
    """An e-mail to an address that the view reads when it is sent.

    Without a mail server, or if the server rejects the e-mail for good, the user `otherwise` gets the view's card.
    """

    fallback_user_id: str = ""


Audience: TypeAlias = CardCopies | ChannelCards | TeamChannels | SingleChannel | DirectChat | MailRecipient


@dataclass(frozen=True, slots=True)
class Notice:
    """One card for one audience."""

    audience: Audience
    key: str
    """The opaque id of what the card is about, such as a lead's."""
    view: str = ""
    """The name of the card; empty for Copies and Standing, which keep the view of each post."""
    team_id: TeamId = NO_TEAM
    """The team whose channels are meant and whose view of the data the card shows."""
    params: dict[str, str] = field(default_factory=dict[str, str])
    """Further ids that the view needs, never personal data."""


Subscriber: TypeAlias = Callable[[UnitOfWork, Any], Awaitable[list[Notice]]]
"""Returns the notices that an event causes."""
Subscribers: TypeAlias = Mapping[type[Event], tuple[Subscriber, ...]]
"""Each event of a noun's table with its subscribers, in the order in which their notices are planned."""


@dataclass(frozen=True, slots=True)
class UpdateCards:
    """A subscriber that renders again every posted card about the id in the event's field `key`."""

    key: str

    async def __call__(self, uow: UnitOfWork, event: Event) -> list[Notice]:
        del uow
        return [Notice(CardCopies(), getattr(event, self.key), team_id=TeamId(event.team_id))]


@dataclass(frozen=True, slots=True)
class TellUser:
    """A subscriber that sends a view, about the id in the field `key`, to the user in the event's field `user`."""

    user: str
    view: str
    key: str

    async def __call__(self, uow: UnitOfWork, event: Event) -> list[Notice]:
        del uow
        user_id: str | None = getattr(event, self.user)
        return [Notice(DirectChat(user_id or ""), getattr(event, self.key), self.view, TeamId(event.team_id))]
