"""Nobody reads how a contact is reached who may not: not in channels, notifications, viewers' chats or logs."""

import json
from collections.abc import AsyncGenerator
from urllib.parse import unquote

import pytest

from services.people import Language
from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import people
from tests.features.people import Firm
from tests.features.trade import ROOFS, SOLAR, platform, shows
from tests.seen import Seen, plain
from tests.seen_slack import unmarked
from tests.stage_slack import SlackStage
from tests.stage_teams import TeamsStage
from tests.stage_web import WebStage

EMAIL, PHONE, FIRST_NAME = "canaryeva", "5558877", "Gundula"
REACHED = f"{EMAIL}@posteo.example oder 0711 {PHONE}"
LEAD = {
    "title": f"Anbau, Rückruf 0711 {PHONE}",
    "name": f"{FIRST_NAME} Holm",
    "email": f"{EMAIL}@posteo.example",
    "phone": f"0711 {PHONE}",
    "text": f"Bitte melden: {REACHED}",
}


async def trade(chat: Chat) -> tuple[Firm, Firm]:
    """A lead full of addresses is brought in, offered, picked elsewhere, worked on, shared and lost."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    roofs = await people.found(chat, "Dachwerk Süd KG", "Petra Vogt", ROOFS)
    await people.open_market(solar, roofs)
    ben, petra, olaf = solar.people[1], roofs.owner, roofs.people[1]
    await ben.says(de="neuer lead", en="new lead")
    await ben.presses("lead.create", fill=LEAD)
    await ben.says(de="anbieten L-1", en="offer L-1")
    await ben.presses("marketplace.offer", fill={})
    await olaf.presses("lead.pick", at=roofs.channel)
    await olaf.presses("lead.note", at=roofs.channel)
    await olaf.presses("lead.note", at=roofs.channel, fill={"note": f"Erreicht unter {REACHED}"})
    await olaf.presses("lead.delegate", at=roofs.channel)
    async with chat.house.units.read() as uow:
        petras_id = await people.user_id(uow, petra)
    await olaf.presses("lead.delegate", at=roofs.channel, fill={"who": petras_id})
    await petra.says("lead L-1", at=roofs.channel)
    await petra.says("leads", at=roofs.channel)
    await petra.presses("lead.reveal", at=roofs.channel)
    await petra.says(de=f"verloren L-1 Nur {REACHED}", en=f"lost L-1 Only {REACHED}")
    return solar, roofs


async def sent_to(chat: Chat, person: Person, firm: Firm) -> str:
    """What has reached the firm's channel and this person, as it comes over the wire; in the browser, the newest."""
    rooms = (firm.channel, person.direct)
    if isinstance(chat.stage, TeamsStage):
        ids = [room.room_id for room in rooms]
        wire = [
            one for one in chat.stage.teams.deliveries if any(id_ in unquote(one.path) + str(one.body) for id_ in ids)
        ]
        return plain("\n".join(json.dumps(one.body, ensure_ascii=False) for one in wire))
    if isinstance(chat.stage, SlackStage):
        told = chat.stage.told(person.account, rooms)
        return unmarked("\n".join(json.dumps(one, ensure_ascii=False) for one in told))
    said: list[str] = []
    for room in rooms:
        query = {"as": person.account.account_id}
        async with chat.client.get(f"/chat/rooms/{room.room_id}/messages", params=query) as response:
            assert response.status == 200
            said.append(await response.text())
    return plain("\n".join(said))


@pytest.mark.core
async def test_channels_are_masked(chat: Chat) -> None:
    """A42: what the bot posts in a channel is masked: no address, number or first name, in texts and notices alike."""
    solar, roofs = await trade(chat)
    for firm in (solar, roofs):
        viewer = firm.of(Role.VIEWER)
        said = await sent_to(chat, viewer, firm) + await viewer.sees(firm.channel)
        assert "L-1" in said
        assert "G. Holm" in said
        assert not [one for one in (EMAIL, PHONE, FIRST_NAME) if one in said]


@pytest.mark.core
async def test_details_are_for_one_person_and_logged(chat: Chat) -> None:
    """A19, A42, X5: whoever may looks a contact up in a view of his own; others never see it, and the log names him."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    anna, ben, mara, tom = solar.people
    await ben.says(de="neuer lead", en="new lead")
    await ben.presses("lead.create", fill=LEAD)
    details = await ben.presses("lead.reveal", at=solar.channel)
    assert details.private
    for one in (EMAIL, PHONE, FIRST_NAME):
        assert one in details
        for other in (anna, mara, tom):
            assert one not in await other.sees(solar.channel)
    log = await anna.says(de="protokoll", en="audit")
    looked = chat.words(de="Kontakt nachgesehen · L-1 Ben Kaya, 10:00", en="Contact looked up · L-1 Ben Kaya, 10:00")
    assert f"{looked}, {platform(chat)}" in log
    assert EMAIL not in log


async def test_viewers_see_a_first_letter(chat: Chat) -> None:
    """A39: a viewer reads the first character and the domain of an address; the name stays visible in his own chat."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    await solar.owner.says(de="neuer lead", en="new lead")
    await solar.owner.presses("lead.create", fill=LEAD)
    tom = solar.of(Role.VIEWER)
    seen = await tom.says("lead L-1")
    assert "Gundula Holm · c***@posteo.example" in seen
    assert "G. Holm · c***@posteo.example" in await shows(tom, solar)


async def test_viewers_never_see_an_address(chat: Chat, capsys: pytest.CaptureFixture[str]) -> None:
    """A39, A41: whatever a viewer types or forges, no answer, form, refusal, notice, list or log holds an address."""
    for firm in await trade(chat):
        said = "".join([one async for one in _tries_everything(chat, firm.of(Role.VIEWER), firm)])
        assert "c***@posteo.example" in said
        assert not [one for one in (EMAIL, PHONE) if one in said]
    logged = "".join(capsys.readouterr())
    assert "command_refused" in logged
    assert not [one for one in (EMAIL, PHONE, FIRST_NAME) if one in logged]


async def _tries_everything(chat: Chat, viewer: Person, firm: Firm) -> AsyncGenerator[str]:
    """All commands about leads, typed with the lead's number and pressed with its id; what comes back."""
    stage, me = chat.stage, viewer.account
    card = await viewer.finds("L-1", firm.channel)
    for kind in ("given", "closed"):
        await stage.say(me, viewer.direct, f"leads {kind}", None)
    for name, command in chat.house.registry.commands.items():
        if not name.startswith(("lead.", "marketplace.")):
            continue
        for word in (command.german if chat.language is Language.GERMAN else command.english)[:1]:
            await stage.say(me, viewer.direct, f"{word} L-1", None)
        yield await _forges(viewer, firm, card, name)
        if isinstance(stage, WebStage):  # where only the newest messages are at hand
            yield await sent_to(chat, viewer, firm)
    for words in ("lead", "leads", chat.words(de="nimm", en="pick")):
        await stage.say(me, firm.channel, f"{words} {EMAIL[:6]}", None)
    await chat.settles()
    yield await sent_to(chat, viewer, firm)
    for room in (firm.channel, viewer.direct):
        yield repr(await viewer.reads(room))


async def _forges(viewer: Person, firm: Firm, card: Seen, command: str) -> str:
    """What a button answers that he is not shown, with few and with many arguments."""
    chat = viewer.chat
    async with chat.house.units.read() as uow:
        seen = await uow.leads.see_number(firm.team_id, 1)
    assert seen is not None
    answers: list[str] = []
    for more in ({}, {"reason": "x", "note": "x", "name": "x", "title": "x", "who": "x", "to": "x"}):
        args = {"lead": seen.lead.lead_id, **more}
        answers.append(repr(await chat.stage.press(viewer.account, firm.channel, card.message_id, command, args, None)))
    return "".join(answers)
