"""Contacts are masked in channels, notifications, viewers' chats and logs."""

import json
from collections.abc import AsyncGenerator
from urllib.parse import unquote

import pytest

from services.people import Language
from services.permissions import Role
from tests.chat import Chat, Person
from tests.displayed_message import DisplayedMessage, plain
from tests.displayed_slack import unmarked
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.drivers.web import WebDriver
from tests.features import chat_team
from tests.features.chat_team import ChatTeam
from tests.features.lead_steps import ROOFS, SOLAR, platform, shows

EMAIL, PHONE, FIRST_NAME = "canaryeva", "5558877", "Gundula"
REACHED = f"{EMAIL}@posteo.example oder 0711 {PHONE}"
LEAD = {
    "title": f"Anbau, Rückruf 0711 {PHONE}",
    "name": f"{FIRST_NAME} Holm",
    "email": f"{EMAIL}@posteo.example",
    "phone": f"0711 {PHONE}",
    "text": f"Bitte melden: {REACHED}",
}


async def work_on_a_lead(chat: Chat) -> tuple[ChatTeam, ChatTeam]:
    """Create a lead full of addresses; offer, pick, work on, share and lose it."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    roofs = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", ROOFS)
    await chat_team.open_marketplace(solar, roofs)
    ben, petra, olaf = solar.people[1], roofs.owner, roofs.people[1]
    await ben.says(de="neuer lead", en="new lead")
    await ben.presses("lead.create", fill=LEAD)
    await ben.says(de="anbieten L-1", en="offer L-1")
    await ben.presses("marketplace.offer", fill={})
    await olaf.presses("lead.pick", room=roofs.channel)
    await olaf.presses("lead.note", room=roofs.channel)
    await olaf.presses("lead.note", room=roofs.channel, fill={"note": f"Erreicht unter {REACHED}"})
    await olaf.presses("lead.delegate", room=roofs.channel)
    async with chat.application.units.read() as uow:
        petras_id = await chat_team.user_id(uow, petra)
    await olaf.presses("lead.delegate", room=roofs.channel, fill={"who": petras_id})
    await petra.says("lead L-1", room=roofs.channel)
    await petra.says("leads", room=roofs.channel)
    await petra.presses("lead.reveal", room=roofs.channel)
    await petra.says(de=f"verloren L-1 Nur {REACHED}", en=f"lost L-1 Only {REACHED}")
    return solar, roofs


async def sent_to(chat: Chat, person: Person, team: ChatTeam) -> str:
    """Return the payloads that reached the team's channel and this person, as sent over the wire."""
    rooms = (team.channel, person.direct)
    if isinstance(chat.driver, TeamsDriver):
        ids = [room.room_id for room in rooms]
        wire = [
            delivery
            for delivery in chat.driver.teams.deliveries
            if any(id_ in unquote(delivery.path) + str(delivery.body) for id_ in ids)
        ]
        return plain("\n".join(json.dumps(item.body, ensure_ascii=False) for item in wire))
    if isinstance(chat.driver, SlackDriver):
        wire = chat.driver.everything_shown_to(person.account, rooms)
        return unmarked("\n".join(json.dumps(item, ensure_ascii=False) for item in wire))
    output: list[str] = []
    for room in rooms:
        query = {"as": person.account.account_id}
        async with chat.client.get(f"/chat/rooms/{room.room_id}/messages", params=query) as response:
            assert response.status == 200
            output.append(await response.text())
    return plain("\n".join(output))


@pytest.mark.core
async def test_channels_are_masked(chat: Chat) -> None:
    """A42: the bot's channel posts hold no address, number or first name, in texts and notifications alike."""
    solar, roofs = await work_on_a_lead(chat)
    for team in (solar, roofs):
        viewer = team.of(Role.VIEWER)
        output = await sent_to(chat, viewer, team) + await viewer.sees(team.channel)
        assert "L-1" in output
        assert "G. Holm" in output
        assert not [item for item in (EMAIL, PHONE, FIRST_NAME) if item in output]


@pytest.mark.core
async def test_details_are_for_one_person_and_logged(chat: Chat) -> None:
    """A19, A42, X5: a permitted member reads the contact in a private view, and the log names the member."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    anna, ben, mara, tom = solar.people
    await ben.says(de="neuer lead", en="new lead")
    await ben.presses("lead.create", fill=LEAD)
    details = await ben.presses("lead.reveal", room=solar.channel)
    assert details.private
    for item in (EMAIL, PHONE, FIRST_NAME):
        assert item in details
        for other in (anna, mara, tom):
            assert item not in await other.sees(solar.channel)
    log = await anna.says(de="protokoll", en="audit")
    looked = chat.words(de="Kontakt nachgesehen · L-1 Ben Kaya, 10:00", en="Contact looked up · L-1 Ben Kaya, 10:00")
    assert f"{looked}, {platform(chat)}" in log
    assert EMAIL not in log


async def test_viewers_see_a_first_letter(chat: Chat) -> None:
    """A39: a viewer reads an address's first character and domain; the name stays visible in the direct chat."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    await solar.owner.says(de="neuer lead", en="new lead")
    await solar.owner.presses("lead.create", fill=LEAD)
    tom = solar.of(Role.VIEWER)
    seen = await tom.says("lead L-1")
    assert "Gundula Holm · c***@posteo.example" in seen
    assert "G. Holm · c***@posteo.example" in await shows(tom, solar)


async def test_viewers_never_see_an_address(chat: Chat, capsys: pytest.CaptureFixture[str]) -> None:
    """A39, A41: no response, form, refusal, notice, list or log of a viewer holds an address."""
    for team in await work_on_a_lead(chat):
        output = "".join([item async for item in _tries_everything(chat, team.of(Role.VIEWER), team)])
        assert "c***@posteo.example" in output
        assert not [item for item in (EMAIL, PHONE) if item in output]
    logged = "".join(capsys.readouterr())
    assert "command_refused" in logged
    assert not [item for item in (EMAIL, PHONE, FIRST_NAME) if item in logged]


async def _tries_everything(chat: Chat, viewer: Person, team: ChatTeam) -> AsyncGenerator[str]:
    """Yield the responses to all lead commands, typed with the number and pressed with the id."""
    driver, me = chat.driver, viewer.account
    card = await viewer.finds("L-1", team.channel)
    for kind in ("given", "closed"):
        await driver.say(me, viewer.direct, f"leads {kind}", None)
    for name, command in chat.application.registry.commands.items():
        if not name.startswith(("lead.", "marketplace.")):
            continue
        for word in (command.german if chat.language is Language.GERMAN else command.english)[:1]:
            await driver.say(me, viewer.direct, f"{word} L-1", None)
        yield await _forges(viewer, team, card, name)
        if isinstance(driver, WebDriver):  # where only the newest messages are at hand
            yield await sent_to(chat, viewer, team)
    for words in ("lead", "leads", chat.words(de="nimm", en="pick")):
        await driver.say(me, team.channel, f"{words} {EMAIL[:6]}", None)
    await chat.settles()
    yield await sent_to(chat, viewer, team)
    for room in (team.channel, viewer.direct):
        yield repr(await viewer.reads(room))


async def _forges(viewer: Person, team: ChatTeam, card: DisplayedMessage, command: str) -> str:
    """Return the response to a button that the person is not shown, with few and with many arguments."""
    chat = viewer.chat
    async with chat.application.units.read() as uow:
        seen = await uow.leads.find_by_number(team.team_id, 1)
    assert seen is not None
    responses: list[str] = []
    for more in ({}, {"reason": "x", "note": "x", "name": "x", "title": "x", "who": "x", "to": "x"}):
        args = {"lead": seen.lead.lead_id, **more}
        responses.append(
            repr(await chat.driver.press(viewer.account, team.channel, card.message_id, command, args, None))
        )
    return "".join(responses)
