"""In the browser, every message of a person has a button that makes a lead of it."""

from typing import Final

import pytest

from services.people import Language
from services.permissions import Role
from tests.chat import Chat
from tests.features import people
from tests.features.combinations import Combination

COMBINATIONS: Final[tuple[Combination, ...]] = (
    ("web", "sqlite", Language.GERMAN),
    ("web", "postgres", Language.ENGLISH),
)

MESSAGE: Final = "Frau Lang von der Lang Bau GmbH sucht ein Angebot. Mobil 0171 2345678"


async def test_a_message_in_a_channel_becomes_a_lead(chat: Chat) -> None:
    """B20: whoever presses it gets the form below the message, alone, filled with what the message says and no more."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = firm.people
    await ben.says(MESSAGE, at=firm.channel)
    [said] = [one for one in await anna.reads(firm.channel) if not one.by_bot]
    await chat.stage.press(anna.account, firm.channel, said.message_id, "lead.capture", {"message": "forged"}, None)
    form = (await anna.reads(firm.channel))[-1]
    assert form.private
    assert (form.inputs["company"], form.inputs["text"]) == ("Lang Bau GmbH", MESSAGE)
    assert not [one for one in await ben.reads(firm.channel) if one.inputs.get("company")]
    await anna.presses("lead.create", at=firm.channel)
    assert "Lead L-1" in await ben.sees(firm.channel)


async def test_a_message_runs_nothing_else(chat: Chat) -> None:
    """X2: what people write has no other button, whatever a tampered page sends."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    brought = await people.bring(firm)
    await firm.owner.says(MESSAGE, at=firm.channel)
    [said] = [one for one in await firm.owner.reads(firm.channel) if not one.by_bot]
    for command in ("lead.pick", "lead.create", "lead.find"):
        with pytest.raises(AssertionError, match="unknown"):
            await firm.owner.chat.stage.press(
                firm.owner.account, firm.channel, said.message_id, command, {"lead": brought.lead_id}, None
            )
    assert await people.actions(chat, firm.team_id, "lead.picked") == 0
