"""Simultaneous clicks of many people."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.chat import Person, Room
from tests.displayed_message import DisplayedMessage


@dataclass(frozen=True, slots=True)
class Click:
    """One press of a button; a repetition has the interaction id of the first."""

    person: Person
    room: Room
    message_id: str
    command: str
    args: dict[str, str]
    interaction_id: str

    async def press(self) -> DisplayedMessage | None:
        driver = self.person.chat.driver
        return await driver.press(
            self.person.account, self.room, self.message_id, self.command, self.args, self.interaction_id
        )


async def press_together(clicks: Iterable[Click]) -> list[DisplayedMessage | None]:
    """Press all at the same time, as far as there are connections."""
    async with asyncio.TaskGroup() as tasks:
        pressed = [tasks.create_task(click.press()) for click in clicks]
    return [item.result() for item in pressed]


async def responses_to(
    person: Person, clicks: Sequence[Click], responses: Sequence[DisplayedMessage | None]
) -> list[DisplayedMessage]:
    """List this person's responses: direct ones or, where the platform stores them, private notes in the rooms."""
    at_once = [seen for click, seen in zip(clicks, responses, strict=True) if click.person is person and seen]
    if at_once:
        return at_once
    rooms = {click.room.room_id: click.room for click in clicks if click.person is person}
    return [seen for room in rooms.values() for seen in await person.reads(room) if seen.private and seen.by_bot]
