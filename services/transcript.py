"""Storage interface of the browser chat: its people, rooms and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.people import Language, PlaceKind


@dataclass(frozen=True, slots=True)
class Person:
    """Person as whom the visitor of the browser chat can act."""

    person_id: str
    name: str
    language: Language
    zone: str
    position: int = 0
    firm: str = ""
    """Name of the person's present team; empty without one."""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """Channel, or a person's direct chat with the bot."""

    room_id: str
    kind: PlaceKind
    name: str = ""
    position: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """Message as one reader sees it."""

    message_id: str
    room_id: str
    seq: int
    changed_seq: int
    at: datetime
    author_id: str = ""
    """Author; empty: the bot."""
    author_name: str = ""
    audience_id: str = ""
    """Only reader; empty: all members of the room."""
    below_id: str = ""
    text: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Message to store; the same `key` again is the same message."""

    room_id: str
    key: str
    author_id: str = ""
    audience_id: str = ""
    below_id: str = ""
    text: str = ""
    card: str = ""


class Transcript(Protocol):
    """One transaction on rooms and messages. Rooms are found only by their members."""

    async def put_person(self, person: Person) -> None:
        """Store a person and the direct room with the bot; an existing person is renamed."""
        ...

    async def put_room(self, room: Room, person_ids: Sequence[str]) -> None:
        """Store a room and add people to it."""
        ...

    async def people(self) -> list[Person]:
        """Return all people, in the order of the person switch."""
        ...

    async def person(self, person_id: str) -> Person | None: ...

    async def rooms(self, person_id: str) -> list[Room]:
        """Return the person's rooms with their unread counts."""
        ...

    async def room(self, room_id: str, person_id: str) -> Room | None: ...

    async def readers(self, room_id: str) -> list[str]:
        """Return the members of the room; none for an unknown room."""
        ...

    async def acquainted(self, person_id: str) -> list[str]:
        """Return the person and all who share a channel with this person."""
        ...

    async def direct_room(self, person_id: str) -> str:
        """Return the person's direct room with the bot; empty for an unknown person."""
        ...

    async def newest(self, room_id: str, person_id: str, before_seq: int, count: int) -> list[Message]:
        """Return the newest messages before a position, oldest first (0: from the end)."""
        ...

    async def changed(self, room_id: str, person_id: str, since_seq: int, count: int) -> list[Message]:
        """Return messages that appeared or changed for this reader after a position in the order of changes."""
        ...

    async def head(self, room_id: str) -> int:
        """Return the position of the room's last change."""
        ...

    async def message(self, room_id: str, message_id: str, person_id: str) -> Message | None: ...

    async def add(self, draft: Draft) -> Message:
        """Store a message, or return the one stored under its key."""
        ...

    async def change(self, room_id: str, message_id: str, card: str) -> bool:
        """Replace a message's card for all readers and end its personal views. False: there is none."""
        ...

    async def replace(self, message: Message, person_id: str, card: str) -> None:
        """Replace a message's card for one reader."""
        ...

    async def dismiss(self, room_id: str, message_id: str, person_id: str) -> bool:
        """Remove a message that only this reader sees. False: there is none."""
        ...

    async def mark_read(self, room_id: str, person_id: str, seq: int) -> None: ...
