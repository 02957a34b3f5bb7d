"""Teams tells with every message what people and places are called, and not always the same."""

import asyncio

from tests.chat import Chat
from tests.features import people, state
from tests.features.combinations import TEAMS
from tests.stage_teams import TeamsStage

COMBINATIONS = TEAMS
AT_ONCE = 24


async def test_whoever_goes_by_two_names_at_once_is_served(chat: Chat) -> None:
    """Two clients of one person, each with a name of its own for him, write at the same moment: all is answered."""
    anna = await people.newcomer(chat, "Anna Weiß")
    stage = chat.stage
    assert isinstance(stage, TeamsStage)
    said = [stage.activity(anna.account, anna.direct, type="message", text="preferences") for _ in range(AT_ONCE)]
    for number, one in enumerate(said):
        one["from"] = {**one["from"], "name": f"Anna {number % 2}"}
    shown = len(await anna.reads())
    async with asyncio.TaskGroup() as tasks:
        for one in said:
            tasks.create_task(stage.post(one))
    assert state.defects(chat) == 0
    assert len(await anna.reads()) == shown + AT_ONCE
