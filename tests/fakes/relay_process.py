"""A relay in a process of its own, to be killed: `python -m tests.fakes.relay_process URL FILE SECONDS_AHEAD`.

Its platform writes what arrives into a file, at once and for good, then takes a moment to answer.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from bot.drawing import Drawer
from bot.metrics import Metrics
from bot.platforms.base import Reader, Sent, Target
from bot.relay import Relay
from bot.sending import Sender
from cards.model import Card, verbatim
from services.people import Actor
from services.unit_of_work import UnitOfWork
from storage.engine import open_database
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING, START


class FilePlatform:
    """Implements `bot.platforms.base.Platform`."""

    name = "web"

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        del card, reader
        await self._write(f"send {key}")
        return Sent(target.conversation_id, key)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        del target, card, reader
        await self._write(f"update {message_id}")

    async def _write(self, line: str) -> None:
        await asyncio.sleep(random.uniform(0, 0.02))
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)
        await asyncio.sleep(random.uniform(0, 0.02))


async def draw(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card:
    """Any card: what is counted is how often it arrives."""
    del actor, params
    return Card(verbatim(f"{key} at {uow.now}"))


async def main(url: str, path: str, seconds_ahead: str) -> None:
    """Deliver until there is nothing to deliver."""
    started = START + timedelta(seconds=float(seconds_ahead) - time.monotonic())
    database = open_database(url)
    units = SqlUnits(database, lambda: started + timedelta(seconds=time.monotonic()), KEYRING)
    drawer = Drawer(dict.fromkeys(("lead.card", "delivery.unknown"), draw), {}, "")
    relay = Relay(units, Sender(units, {"web": FilePlatform(Path(path))}, drawer, None, Metrics()))
    await relay.drain()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
