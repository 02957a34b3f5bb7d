"""Fake chat platform with planned failures that counts messages."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from bot.platforms.base import Reader, SendFailed, Sent, Target
from cards.model import Card
from cards.render.plain import render_summary
from tests.builders import START


@dataclass(slots=True)
class FakeChatPlatform:
    """Implements `bot.platforms.base.Platform`."""

    name: str = "web"
    posts: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Conversation and text of every message."""
    updates: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Message id and text of every update."""
    delivery_keys: list[str] = field(default_factory=list[str])
    refusals: deque[SendFailed | Exception] = field(default_factory=deque[SendFailed | Exception])
    """Failures of the next calls, without an effect."""
    losses: deque[SendFailed] = field(default_factory=deque[SendFailed])
    """Failures of the next calls, after their effect."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    delay_s: float = 0.0
    at_once: int = 0
    most_at_once: int = 0

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        await self._work()
        conversation_id = target.conversation_id or f"direct:{target.user_id}"
        self.posts.append((conversation_id, _words(card, reader)))
        self.delivery_keys.append(key)
        self.arrived.set()
        if self.losses:
            raise self.losses.popleft()
        return Sent(conversation_id, f"m{len(self.posts)}")

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        del target
        await self._work()
        self.updates.append((message_id, _words(card, reader)))
        if self.losses:
            raise self.losses.popleft()

    async def _work(self) -> None:
        if self.refusals:
            raise self.refusals.popleft()
        self.begun.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.delay_s)
        self.at_once -= 1


@dataclass(slots=True)
class FakeLookupPlatform(FakeChatPlatform):
    """Fake platform that implements `bot.platforms.base.SupportsLookup`, too."""

    hidden: deque[SendFailed | Exception] = field(default_factory=deque[SendFailed | Exception])
    """Failures of the next lookups."""
    asked: list[tuple[str, datetime]] = field(default_factory=list[tuple[str, datetime]])

    async def find(self, target: Target, key: str, since: datetime) -> Sent | None:
        del target
        self.asked.append((key, since))
        if self.hidden:
            raise self.hidden.popleft()
        if key not in self.delivery_keys:
            return None
        number = self.delivery_keys.index(key)
        return Sent(self.posts[number][0], f"m{number + 1}")


def _words(card: Card, reader: Reader) -> str:
    return render_summary(card, reader.language, reader.zone, START)
