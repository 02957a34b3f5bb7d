"""In the browser each message of a person has a button that creates a lead from it."""

from typing import Final

import pytest

from services.people import Language
from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team
from tests.features.combinations import Combination

COMBINATIONS: Final[tuple[Combination, ...]] = (
    ("web", "sqlite", Language.GERMAN),
    ("web", "postgres", Language.ENGLISH),
)

MESSAGE: Final = "Frau Lang von der Lang Bau GmbH sucht ein Angebot. Mobil 0171 2345678"


async def test_a_message_in_a_channel_becomes_a_lead(chat: Chat) -> None:
    """B20: the button shows the presser alone a form filled with what the message says."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = team.people
    await ben.says(MESSAGE, room=team.channel)
    [posted_message] = [item for item in await anna.reads(team.channel) if not item.by_bot]
    await chat.driver.press(
        anna.account, team.channel, posted_message.message_id, "lead.capture", {"message": "forged"}, None
    )
    form = (await anna.reads(team.channel))[-1]
    assert form.private
    assert (form.inputs["company"], form.inputs["text"]) == ("Lang Bau GmbH", MESSAGE)
    assert not [item for item in await ben.reads(team.channel) if item.inputs.get("company")]
    await anna.presses("lead.create", room=team.channel)
    assert "Lead L-1" in await ben.sees(team.channel)


async def test_a_message_runs_nothing_else(chat: Chat) -> None:
    """X2: a person's message runs no other command, whatever a tampered page sends."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    brought = await chat_team.create_lead(team)
    await team.owner.says(MESSAGE, room=team.channel)
    [posted_message] = [item for item in await team.owner.reads(team.channel) if not item.by_bot]
    for command in ("lead.pick", "lead.create", "lead.find"):
        with pytest.raises(AssertionError, match="unknown"):
            await team.owner.chat.driver.press(
                team.owner.account, team.channel, posted_message.message_id, command, {"lead": brought.lead_id}, None
            )
    assert await chat_team.actions(chat, team.team_id, "lead.picked") == 0
