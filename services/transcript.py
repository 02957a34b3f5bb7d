"""Storage interface of the browser chat: its people, rooms and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.people import Language, PlaceKind


@dataclass(frozen=True, slots=True)
class ChatPerson:
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
class ChatRoom:
    """Channel, or a person's direct chat with the bot."""

    room_id: str
    kind: PlaceKind
    name: str = ""
    position: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class ChatMessage:
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
class ChatDraft:
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

    async def upsert_person(self, person: ChatPerson) -> None:
        """Store a person and the direct room with the bot; an existing person is renamed."""
        ...

    async def upsert_room(self, room: ChatRoom, person_ids: Sequence[str]) -> None:
        """Store a room and add people to it."""
        ...

    async def list_people(self) -> list[ChatPerson]:
        """Return all people, in the order of the person switch."""
        ...

    async def get_person(self, person_id: str) -> ChatPerson | None: ...

    async def list_rooms(self, person_id: str) -> list[ChatRoom]:
        """Return the person's rooms with their unread counts."""
        ...

    async def get_room(self, room_id: str, person_id: str) -> ChatRoom | None: ...

    async def list_readers(self, room_id: str) -> list[str]:
        """Return the members of the room; none for an unknown room."""
        ...

    async def list_contacts(self, person_id: str) -> list[str]:
        """Return the person and all who share a channel with this person."""
        ...

    async def find_direct_room(self, person_id: str) -> str:
        """Return the person's direct room with the bot; empty for an unknown person."""
        ...

    async def list_newest(self, room_id: str, person_id: str, before_seq: int, count: int) -> list[ChatMessage]:
        """Return the newest messages before a position, oldest first (0: from the end)."""
        ...

    async def list_changed(self, room_id: str, person_id: str, since_seq: int, count: int) -> list[ChatMessage]:
        """Return messages that appeared or changed for this reader after a position in the order of changes."""
        ...

    async def find_last_seq(self, room_id: str) -> int:
        """Return the position of the room's last change."""
        ...

    async def get_message(self, room_id: str, message_id: str, person_id: str) -> ChatMessage | None: ...

    async def add(self, draft: ChatDraft) -> ChatMessage:
        """Store a message, or return the one stored under its key."""
        ...

    async def update_card(self, room_id: str, message_id: str, card: str) -> bool:
        """Replace a message's card for all readers and end its personal views. False: there is none."""
        ...

    async def update_personal_card(self, message: ChatMessage, person_id: str, card: str) -> None:
        """Replace a message's card for one reader."""
        ...

    async def delete_private(self, room_id: str, message_id: str, person_id: str) -> bool:
        """Remove a message that only this reader sees. False: there is none."""
        ...

    async def update_read(self, room_id: str, person_id: str, seq: int) -> None: ...
