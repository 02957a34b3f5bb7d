"""What has happened: frozen facts that a use case emits, kept with the change itself, audited, and routed by the relay.

Each noun defines its own events in `services/<noun>/model.py` as subclasses of `Event` with `tag="noun.verb"`; the
tag is the action in the audit log. Every field beyond the ones here is a detail of the audit row: ids, numbers and old
and new values, never a secret. `decode` reads any of them back.
"""

from functools import cache
from typing import Any

import msgspec

from services.actor import Actor


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something that happened in the name of a team."""

    team_id: str = ""
    """Filled in from the actor; named by the event that no actor causes, or that belongs to another team."""
    actor_id: str | None = None
    """The user who did it; nobody, when the clock did."""
    subject: str = ""
    """The team's own reference, such as L-12 or I-7, for the audit log."""
    platform: str = ""
    silent: bool = False
    """Whether only the audit log keeps it and nobody is told."""


def enveloped(event: Event, by: Actor | None) -> Event:
    """The event with the team, the person and the platform of the actor where it leaves them empty.

    Raises ValueError for an event of no team, which no audit log would keep.
    """
    filled = event if by is None else _filled(event, by)
    if not filled.team_id:
        raise ValueError(f"{action(event)} names no team")
    return filled


def _filled(event: Event, by: Actor) -> Event:
    return msgspec.structs.replace(
        event,
        team_id=event.team_id or by.team_id,
        actor_id=by.user_id if event.actor_id is None else event.actor_id,
        platform=event.platform or by.place.platform,
    )


def encode(event: Event) -> bytes:
    """The event as JSON."""
    return msgspec.json.encode(event)


def action(event: Event) -> str:
    """The event's tag, such as "lead.picked"."""
    return str(event.__struct_config__.tag)


def details(event: Event) -> dict[str, Any]:
    """What the audit log keeps beside who, when, what and which platform."""
    built: dict[str, Any] = msgspec.to_builtins(event)
    return {name: value for name, value in built.items() if name not in _ENVELOPE}


_ENVELOPE = frozenset({"type", "team_id", "actor_id", "subject", "platform", "silent"})


def _leaves(kind: type[Event]) -> list[type[Event]]:
    below = [leaf for child in kind.__subclasses__() for leaf in _leaves(child)]
    return below or [kind]


@cache
def _kinds() -> dict[str, type[Event]]:
    return {str(kind.__struct_config__.tag): kind for kind in _leaves(Event)}


def decode(body: str | bytes) -> Event:
    """The event that `encode` wrote. Raises KeyError for a kind that no longer exists."""
    raw: dict[str, Any] = msgspec.json.decode(body)
    return msgspec.convert(raw, _kinds()[raw["type"]])
