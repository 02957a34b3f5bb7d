"""What the chat in the browser asks of storage: its people, its rooms, and who said what to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.people import Language, PlaceKind


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as whom one can look at the chat."""

    person_id: str
    name: str
    language: Language
    zone: str
    position: int = 0
    firm: str = ""
    """Name of the team the person belongs to at this moment; empty outside every team."""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A channel, or a person's direct chat with the bot."""

    room_id: str
    kind: PlaceKind
    name: str = ""
    position: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message as one reader sees it."""

    message_id: str
    room_id: str
    seq: int
    changed_seq: int
    at: datetime
    author_id: str = ""
    """Empty: the bot."""
    author_name: str = ""
    audience_id: str = ""
    """The only reader; empty: everybody in the room."""
    below_id: str = ""
    text: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to keep; the same `key` again is the same message."""

    room_id: str
    key: str
    author_id: str = ""
    audience_id: str = ""
    below_id: str = ""
    text: str = ""
    card: str = ""


class Transcript(Protocol):
    """One transaction on the chat's rooms and messages. Whoever is not in a room finds nothing in it."""

    async def put_person(self, person: Person) -> None:
        """Keep a person and the direct room with the bot; known ones are renamed."""
        ...

    async def put_room(self, room: Room, person_ids: Sequence[str]) -> None:
        """Keep a room and add people to it."""
        ...

    async def people(self) -> list[Person]:
        """Everybody, in the order of the switch."""
        ...

    async def person(self, person_id: str) -> Person | None: ...

    async def rooms(self, person_id: str) -> list[Room]:
        """The person's rooms with what is unread in them."""
        ...

    async def room(self, room_id: str, person_id: str) -> Room | None: ...

    async def readers(self, room_id: str) -> list[str]:
        """Who is in the room; nobody where there is no such room."""
        ...

    async def acquainted(self, person_id: str) -> list[str]:
        """The person and everybody who shares a channel with this person."""
        ...

    async def direct_room(self, person_id: str) -> str:
        """The person's direct room with the bot; empty for somebody unknown."""
        ...

    async def newest(self, room_id: str, person_id: str, before_seq: int, count: int) -> list[Message]:
        """The newest messages before a position, oldest first (0: from the end)."""
        ...

    async def changed(self, room_id: str, person_id: str, since_seq: int, count: int) -> list[Message]:
        """What appeared or changed for this reader after a position in the order of changes."""
        ...

    async def head(self, room_id: str) -> int:
        """The position of the room's last change."""
        ...

    async def message(self, room_id: str, message_id: str, person_id: str) -> Message | None: ...

    async def add(self, draft: Draft) -> Message:
        """Keep a message, or find the one that was kept under its key."""
        ...

    async def change(self, room_id: str, message_id: str, card: str) -> bool:
        """Give a message another card for everybody; personal views of it end. False: there is none."""
        ...

    async def replace(self, message: Message, person_id: str, card: str) -> None:
        """Give a message another card in the eyes of one reader."""
        ...

    async def dismiss(self, room_id: str, message_id: str, person_id: str) -> bool:
        """Take away a message that only this reader sees. False: there is none."""
        ...

    async def mark_read(self, room_id: str, person_id: str, seq: int) -> None: ...
