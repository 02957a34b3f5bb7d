"""Events: frozen facts that use cases emit. They are stored in the same transaction, audited, and routed by the relay.

Each noun defines its events in `services/<noun>/events.py` as subclasses of `Event` with `tag="noun.verb"`; the tag is
the action in the audit log. Every field that `Event` does not have is a detail of the audit row: ids, numbers, old and
new values, never a secret. Subscribers turn events into notices (`services/<noun>/subscribers.py`). `decode` reads
every event back.
"""

from functools import cache
from typing import Any

import msgspec

from services.actor import Actor


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """A fact that concerns a team."""

    team_id: str = ""
    """Filled in from the actor, unless the event names it: events of jobs and pages, or of another team."""
    actor_id: str | None = None
    """The user who caused it; None for a scheduled job."""
    subject: str = ""
    """The team's reference of the thing, such as L-12 or I-7, for the audit log."""
    platform: str = ""
    is_silent: bool = False
    """Whether the event is only audited and has no subscribers."""


def fill_envelope(event: Event, by: Actor | None) -> Event:
    """Fill in team, user and platform from the actor where the event leaves them empty.

    Raises ValueError for an event without a team, which no audit log could store.
    """
    filled = event if by is None else _filled(event, by)
    if not filled.team_id:
        raise ValueError(f"{get_action(event)} has no team")
    return filled


def _filled(event: Event, by: Actor) -> Event:
    return msgspec.structs.replace(
        event,
        team_id=event.team_id or by.team_id,
        actor_id=by.user_id if event.actor_id is None else event.actor_id,
        platform=event.platform or by.place.platform,
    )


def encode(event: Event) -> bytes:
    """Encode the event as JSON."""
    return msgspec.json.encode(event)


def get_action(event: Event) -> str:
    """Return the tag of the event, such as "lead.picked"."""
    return str(event.__struct_config__.tag)


def get_details(event: Event) -> dict[str, Any]:
    """Return the fields that the audit row stores as details."""
    built: dict[str, Any] = msgspec.to_builtins(event)
    return {name: value for name, value in built.items() if name not in _ENVELOPE}


_ENVELOPE = frozenset({"type", "team_id", "actor_id", "subject", "platform", "is_silent"})


def _leaves(kind: type[Event]) -> list[type[Event]]:
    below = [leaf for child in kind.__subclasses__() for leaf in _leaves(child)]
    return below or [kind]


@cache
def _kinds() -> dict[str, type[Event]]:
    return {str(kind.__struct_config__.tag): kind for kind in _leaves(Event)}


def decode(body: str | bytes) -> Event:
    """Decode what `encode` wrote. Raises KeyError for a tag that no longer exists."""
    raw: dict[str, Any] = msgspec.json.decode(body)
    return msgspec.convert(raw, _kinds()[raw["type"]])
