"""How a message looks to one person: in this person's language, with the buttons that this person may press."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from bot.dispatch.incoming import Chat, Incoming, Kind, Mention, Sender, Where
from cards.model import Card, from_json, to_json
from cards.render import html, plain
from services.people import Language
from services.transcript import Message, Person, Room

PLATFORM: Final = "web"
TENANT: Final = "demo"
BOT: Final = "Kollega"
TO_BOT: Final = re.compile(rf"^@{BOT}\b[\s,:]*", re.IGNORECASE)
AT_ONCE: Final = 4
"""So many cards of a page are asked for at the same time."""
PICTURES_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Visit:
    """A person who looks at or acts in one room."""

    person: Person
    room: Room

    def incoming(self, kind: Kind, interaction_id: str) -> Incoming:
        """What this person does here, as the dispatch wants it; ids of two people never meet."""
        return Incoming(
            platform=PLATFORM,
            tenant=TENANT,
            kind=kind,
            interaction_id=f"{self.person.person_id}:{interaction_id}",
            sender=Sender(
                self.person.person_id,
                self.person.name,
                language_hint=self.person.language,
                zone_hint=self.person.zone,
            ),
            where=Where(self.room.room_id, self.room.kind, self.room.name),
        )


class Drawing:
    """Draws messages for one visit."""

    def __init__(self, chat: Chat, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._chat = chat
        self._clock = clock
        self._new_id = new_id

    async def draw(self, visit: Visit, messages: Iterable[Message]) -> list[dict[str, Any]]:
        """The messages as the page shows them; cards that depend on the reader are asked for."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def drawn(message: Message) -> dict[str, Any]:
            async with limit:
                return await self._drawn(visit, message)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(drawn(message)) for message in messages]
        return [task.result() for task in tasks]

    async def _drawn(self, visit: Visit, message: Message) -> dict[str, Any]:
        shown = {
            "id": message.message_id,
            "seq": message.seq,
            "at": message.at.isoformat(),
            "author": message.author_name or BOT,
            "bot": not message.author_id,
            "mine": message.author_id == visit.person.person_id,
            "private": bool(message.audience_id),
            "below": message.below_id,
            "text": message.text,
        }
        if not message.card:
            return shown
        card = await self._current(visit, message.message_id, from_json(message.card))
        now = self._clock().replace(second=0, microsecond=0)
        drawing = _pictured(to_json(card), visit.person.language, visit.person.zone, now)
        return shown | {"html": drawing[0], "plain": drawing[1]}

    async def _current(self, visit: Visit, message_id: str, card: Card) -> Card:
        """The card for this reader at this moment, where it is one that differs by reader."""
        if card.refresh is None:
            return card
        asked = replace(
            visit.incoming(Kind.REFRESH, f"refresh-{self._new_id()}"),
            command=card.refresh.command,
            args=card.refresh.args,
            message_id=message_id,
        )
        answer = await self._chat.receive(asked)
        return card if answer is None else answer.card


@lru_cache(maxsize=PICTURES_KEPT)
def _pictured(card: bytes, language: Language, zone: str, minute: datetime) -> tuple[str, str]:
    """A card as HTML and as a notice. The page asks for the same ones at each change; cards say no seconds."""
    read = from_json(card)
    return html.render(read, language, zone, minute), plain.render_summary(read, language, zone, minute)


def addressed(text: str, people: Iterable[Person]) -> tuple[str, tuple[Mention, ...]]:
    """What was written to the bot; whoever is named in it by @ and the full name stands there as one word."""
    text, mentions = TO_BOT.sub("", text.strip()), list[Mention]()
    # The longer name first: "@Ben Kaya-Lind" is not Ben Kaya.
    for person in sorted(people, key=lambda person: -len(person.name)):
        named = re.compile(rf"@{re.escape(person.name)}(?![\w-])", re.IGNORECASE)
        text, times = named.subn(f"@{person.person_id}", text)
        if times:
            mentions.append(Mention(person.person_id, person.name))
    return text, tuple(mentions)
