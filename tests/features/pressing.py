"""Clicks of many people at the same moment."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.chat import Person, Room
from tests.seen import Seen


@dataclass(frozen=True, slots=True)
class Click:
    """One press of a button, under an id of its own unless it is a repetition."""

    person: Person
    room: Room
    message_id: str
    command: str
    args: dict[str, str]
    interaction_id: str

    async def press(self) -> Seen | None:
        stage = self.person.chat.stage
        return await stage.press(
            self.person.account, self.room, self.message_id, self.command, self.args, self.interaction_id
        )


async def press_together(clicks: Iterable[Click]) -> list[Seen | None]:
    """All of them are under way before the first one is answered, as far as there are connections."""
    async with asyncio.TaskGroup() as tasks:
        pressed = [tasks.create_task(click.press()) for click in clicks]
    return [one.result() for one in pressed]


async def told(person: Person, clicks: Sequence[Click], answers: Sequence[Seen | None]) -> list[Seen]:
    """What this person was answered: at once or, where the platform keeps it, as private notes in the rooms."""
    at_once = [seen for click, seen in zip(clicks, answers, strict=True) if click.person is person and seen]
    if at_once:
        return at_once
    rooms = {click.room.room_id: click.room for click in clicks if click.person is person}
    return [seen for room in rooms.values() for seen in await person.reads(room) if seen.private and seen.by_bot]
