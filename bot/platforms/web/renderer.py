"""Messages as one user sees them: in the user's language, with the buttons that the user may press."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from bot.dispatch.interaction import ConversationProfile, Dispatcher, Interaction, InteractionKind, Mention, Sender
from cards.model import Card, from_json, to_json
from cards.render import html, plain
from services.people import Language
from services.transcript import ChatMessage, ChatPerson, ChatRoom

PLATFORM: Final = "web"
TENANT: Final = "demo"
BOT: Final = "Kollega"
TO_BOT: Final = re.compile(rf"^@{BOT}\b[\s,:]*", re.IGNORECASE)
CONCURRENCY: Final = 4
"""Cards of a page that are refreshed at the same time; each is a dispatch."""
RENDERED_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Visit:
    """A user in one room."""

    person: ChatPerson
    room: ChatRoom

    def incoming(self, kind: InteractionKind, interaction_id: str) -> Interaction:
        """Build an Incoming; the user's id in the interaction id keeps two users' ids apart."""
        return Interaction(
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
            conversation=ConversationProfile(self.room.room_id, self.room.kind, self.room.name),
        )


class WebRenderer:
    """Renders messages for one visit."""

    def __init__(self, chat: Dispatcher, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._chat = chat
        self._clock = clock
        self._new_id = new_id

    async def render(self, visit: Visit, messages: Iterable[ChatMessage]) -> list[dict[str, Any]]:
        """Render messages; cards with per-user views are requested from the dispatch."""
        limit = asyncio.Semaphore(CONCURRENCY)

        async def render_in_turn(message: ChatMessage) -> dict[str, Any]:
            async with limit:
                return await self._render_message(visit, message)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(render_in_turn(message)) for message in messages]
        return [task.result() for task in tasks]

    async def _render_message(self, visit: Visit, message: ChatMessage) -> dict[str, Any]:
        fields = {
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
            return fields
        card = await self._refresh(visit, message.message_id, from_json(message.card))
        now = self._clock().replace(second=0, microsecond=0)
        rendered = _render_card(to_json(card), visit.person.language, visit.person.zone, now)
        return fields | {"html": rendered[0], "plain": rendered[1]}

    async def _refresh(self, visit: Visit, message_id: str, card: Card) -> Card:
        """Return the reader's view of a card, where it has per-user views."""
        if card.refresh is None:
            return card
        incoming = replace(
            visit.incoming(InteractionKind.REFRESH, f"refresh-{self._new_id()}"),
            command=card.refresh.command,
            args=card.refresh.args,
            message_id=message_id,
        )
        answer = await self._chat.receive(incoming)
        return card if answer is None else answer.card


@lru_cache(maxsize=RENDERED_MAX)
def _render_card(card: bytes, language: Language, zone: str, minute: datetime) -> tuple[str, str]:
    """Render a card as HTML and as a notice; cached, because the page reloads the same cards at each change."""
    read = from_json(card)
    return html.render(read, language, zone, minute), plain.render_summary(read, language, zone, minute)


def read_text(text: str, people: Iterable[ChatPerson]) -> tuple[str, tuple[Mention, ...]]:
    """Return a text without the bot's name and with each mentioned user as one word, and the mentions."""
    text, mentions = TO_BOT.sub("", text.strip()), list[Mention]()
    # The longer name first: "@Ben Kaya-Lind" is not Ben Kaya.
    for person in sorted(people, key=lambda person: -len(person.name)):
        named = re.compile(rf"@{re.escape(person.name)}(?![\w-])", re.IGNORECASE)
        text, times = named.subn(f"@{person.person_id}", text)
        if times:
            mentions.append(Mention(person.person_id, person.name))
    return text, tuple(mentions)
