"""Names of people and rooms that change from one activity of Teams to the next."""

import asyncio

from tests.chat import Chat
from tests.drivers.teams import TeamsDriver
from tests.features import chat_team, team_state
from tests.features.combinations import TEAMS

COMBINATIONS = TEAMS
AT_ONCE = 24


async def test_two_names_of_one_person_at_once_are_served(chat: Chat) -> None:
    """Two clients of one person write at the same moment under different names: each message gets a response."""
    anna = await chat_team.user_without_team(chat, "Anna Weiß")
    driver = chat.driver
    assert isinstance(driver, TeamsDriver)
    activities = [
        driver.activity(anna.account, anna.direct, type="message", text="preferences") for _ in range(AT_ONCE)
    ]
    for number, activity in enumerate(activities):
        activity["from"] = {**activity["from"], "name": f"Anna {number % 2}"}
    shown = len(await anna.reads())
    async with asyncio.TaskGroup() as tasks:
        for activity in activities:
            tasks.create_task(driver.post(activity))
    assert team_state.defects(chat) == 0
    assert len(await anna.reads()) == shown + AT_ONCE
