"""The menus of Microsoft Teams: a lead from a message, a card for one's own message, a link that becomes a card."""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace

import pytest

from bot.platforms.teams import extension_responses as teams_extensions
from services.inbox.model import Arrival
from services.people import PlaceKind
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.fakes.bot_connector import CannedResponse, Drop, FakeTeams
from tests.features import people, state
from tests.features.combinations import TEAMS
from tests.features.menus import Menus
from tests.features.people import Firm
from tests.stage_teams import TeamsStage

COMBINATIONS = TEAMS

MESSAGE = """Guten Tag, wir suchen ein Angebot für ein Walmdach.
Viele Grüße
Elke Schneider
Holm Bau GmbH
70192 Stuttgart
Tel. 0711 5558877
elke.schneider@holm.example"""
SECRETS = ("elke.schneider", "5558877", "70192", "Elke")
THREAD = "1700000000001"
FOREIGN = Room("19:elsewhere@thread.v2", PlaceKind.GROUP)
"""A chat in which the bot is not."""


async def play(chat: Chat) -> tuple[Firm, Person]:
    """A firm with somebody in most roles, and its owner."""
    roles = {"Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    return firm, firm.owner


def teams_of(chat: Chat) -> FakeTeams:
    """Teams, as far as it is faked."""
    assert isinstance(chat.stage, TeamsStage)
    return chat.stage.teams


def keeps_out(chat: Chat) -> None:
    """Let the bot be a member of no chat but those that it is in."""
    teams_of(chat).behaviour = lambda place: CannedResponse(403) if place.startswith(FOREIGN.room_id) else None


def leads_in(chat: Chat, room: Room) -> list[str]:
    """The threads in which cards about leads stand in a room."""
    posts = teams_of(chat).posts.values()
    return [
        one.conversation_id
        for one in posts
        if "Lead L-" in json.dumps(one.activity) and room.room_id in one.conversation_id
    ]


async def test_a_message_becomes_a_lead_in_its_thread(chat: Chat) -> None:
    """B20: the form holds what the message tells; the card of the lead stands in the thread of the message, once."""
    firm, anna = await play(chat)
    menus = Menus(anna, firm.channel)
    form = (await menus.captures(MESSAGE)).dialog
    assert form is not None
    wanted = {
        "name": "Elke Schneider",
        "company": "Holm Bau GmbH",
        "postcode": "70192",
        "phone": "+49 711 5558877",
        "email": "elke.schneider@holm.example",
        "text": MESSAGE,
    }
    assert {name: form.inputs[name] for name in wanted} == wanted
    assert "cancel" not in form.commands
    done = await menus.sends(await menus.captures(MESSAGE))
    assert done.dialog is not None
    assert "Lead L-1" in done.dialog
    assert leads_in(chat, firm.channel) == [f"{firm.channel.room_id};messageid={THREAD}"]
    assert not [secret for secret in SECRETS if secret in await firm.of(Role.MEMBER).sees(firm.channel)]


async def test_the_card_follows_its_lead(chat: Chat) -> None:
    """The card in the thread changes with the lead, and what the dialog shows afterwards can be used there."""
    firm, anna = await play(chat)
    menus = Menus(anna, firm.channel)
    done = await menus.sends(await menus.captures(MESSAGE))
    picked = await menus.sends(done, "lead.pick")
    assert picked.dialog is not None
    assert chat.words(de="übernommen von Anna Weiß", en="picked by Anna Weiß") in picked.dialog
    assert chat.words(de="übernommen von Anna Weiß", en="picked by Anna Weiß") in await anna.sees(firm.channel)


async def test_sending_twice_is_sending_once(chat: Chat) -> None:
    """X2: a form that Teams sends again, under whatever id, makes one lead and one card."""
    firm, anna = await play(chat)
    for room in (firm.channel, anna.direct):
        menus = Menus(anna, room)
        before = await people.actions(chat, firm.team_id, "lead.created")
        form = await menus.captures(MESSAGE.replace("elke", room.kind).replace("8877", "8878" if before else "8877"))
        first = await menus.sends(form)
        assert (await menus.sends(form)).body.keys() == first.body.keys()
        assert await people.actions(chat, firm.team_id, "lead.created") == before + 1
        assert len(leads_in(chat, room)) == 1


async def test_who_asked_before_is_shown_in_the_dialog(chat: Chat) -> None:
    """B24: leads of the same contact stand above the form, and are accepted by name."""
    firm, anna = await play(chat)
    menus = Menus(anna, firm.channel)
    blank = await menus.captures(None)
    await menus.sends(await menus.captures(MESSAGE))
    again = await menus.captures(MESSAGE)
    assert again.dialog is not None
    assert "Lead L-1" in again.dialog
    typed = await menus.sends(blank, title="Dach", name="E. Schneider", email="elke.schneider@holm.example")
    assert typed.dialog is not None
    assert "Lead L-1" in typed.dialog
    assert typed.dialog.inputs["title"] == "Dach"
    assert await people.actions(chat, firm.team_id, "lead.created") == 1
    await menus.sends(typed)
    await menus.sends(again)
    # Each of both has seen the first lead; the third comes with a contact that was not accepted by name.
    assert await people.actions(chat, firm.team_id, "lead.created") == 2


async def test_a_lead_s_card_sent_to_the_bot_is_answered_with_the_lead(chat: Chat) -> None:
    """Whoever puts a found card into a message to the bot reads that lead as it stands; other cards are no question."""
    firm, anna = await play(chat)
    stage = chat.stage
    assert isinstance(stage, TeamsStage)
    await people.bring(firm)
    [card] = (await Menus(anna, anna.direct).searches("Dach")).body["composeExtension"]["attachments"]
    other = {"contentType": card["contentType"], "content": {"type": "AdaptiveCard", "actions": [{"url": 5}, "?"]}}
    foreign = {**other, "content": {"actions": [{"url": "https://elsewhere.example/"}]}}
    for sent, is_answered in ((card, True), (other, False), (foreign, False)):
        before = len(await anna.reads())
        note = stage.activity(anna.account, anna.direct, type="message", text="", attachments=[sent])
        await stage.post(note)
        read = (await anna.reads())[before:]
        assert ["Lead L-1" in one and "lead.pick" in one.commands for one in read] == [True] * is_answered


async def test_in_the_own_chat_the_card_is_the_answer(chat: Chat) -> None:
    """From the line in the chat with the bot comes an empty form, and its card stands in that chat."""
    firm, anna = await play(chat)
    menus = Menus(anna, anna.direct)
    form = await menus.captures(None)
    assert form.dialog is not None
    assert not any(value for name, value in form.dialog.inputs.items() if name != "country")
    assert (await menus.sends(form, title="Carport", name="Udo Kern", email="udo@kern.example")).is_closed
    assert "Carport" in await anna.sees(anna.direct)
    assert "Carport" in await anna.sees(firm.channel)


@pytest.mark.parametrize("more", [{}, {"conversation": None}], ids=["not a member", "not said where"])
async def test_where_the_bot_is_not_the_card_goes_into_the_persons_own_message(
    chat: Chat, more: dict[str, object]
) -> None:
    """A42: the lead is kept, and its card is put into the person's own message without contact and without buttons."""
    firm, anna = await play(chat)
    keeps_out(chat)
    menus = Menus(anna, FOREIGN, more)
    done = await menus.sends(await menus.captures(MESSAGE))
    [card] = done.cards
    assert "Lead L-1" in card
    assert "Holm Bau GmbH" in card
    assert not [secret for secret in SECRETS if secret in json.dumps(done.body)]
    assert card.buttons == ()
    assert [link.startswith(f"{chat.public_url}/leads/") for link in card.links] == [True]
    assert "Lead L-1" in await anna.sees(firm.channel)
    assert leads_in(chat, FOREIGN) == []


async def test_a_chat_of_two_people_is_no_chat_with_the_bot(chat: Chat) -> None:
    """A42: a chat that calls itself personal and is not the bot's is read by another, and never written to."""
    firm, anna = await play(chat)
    keeps_out(chat)
    two = {"conversation": {"id": f"{FOREIGN.room_id}", "conversationType": "personal"}}
    menus = Menus(anna, FOREIGN, two)
    done = await menus.sends(await menus.captures(MESSAGE))
    assert not [secret for secret in SECRETS if secret in json.dumps(done.body)]
    await people.bring(firm)
    assert leads_in(chat, FOREIGN) == []
    await anna.says(de="sprache en", en="language en")
    assert "English" in await anna.sees(anna.direct)


async def test_a_removed_bot_is_not_thought_to_be_back(chat: Chat) -> None:
    """Somebody who uses a menu in a channel that the bot has left does not bring it back there."""
    firm, anna = await play(chat)
    assert isinstance(chat.stage, TeamsStage)
    await chat.stage.uninstall(firm.channel, anna.account)
    await Menus(anna, firm.channel).captures(MESSAGE)
    before = len(teams_of(chat).posts)
    await people.bring(firm)
    assert len(teams_of(chat).posts) == before


async def test_refusals_stand_in_the_dialog(chat: Chat) -> None:
    """X1: a viewer, a guest and a form that is wrong get an answer in the dialog, with what can be done about it."""
    firm, anna = await play(chat)
    tom, sara = firm.of(Role.VIEWER), await people.newcomer(chat, "Sara Fremd")
    seen = (await Menus(tom, firm.channel).captures(MESSAGE)).dialog
    assert seen is not None
    assert "Anna Weiß" in seen
    assert "request.ask" in seen.commands
    seen = (await Menus(sara, FOREIGN).captures(MESSAGE)).dialog
    assert seen is not None
    assert {"team.create", "invitation.join"} <= seen.commands
    menus = Menus(anna, firm.channel)
    wrong = (await menus.sends(await menus.captures(MESSAGE), email="elke at holm")).dialog
    assert wrong is not None
    assert chat.words(de="E-Mail", en="e-mail") in wrong
    assert await people.actions(chat, firm.team_id, "lead.created") == 0


class _NotKeptError(Exception):
    """Lets a unit of work end without an effect."""


async def test_a_time_out_gives_the_form_back(chat: Chat) -> None:
    """When the answer does not come in time, the form comes back as it was filled, and sending it again is enough."""
    firm, anna = await play(chat)
    menus = Menus(anna, firm.channel)
    form = await menus.captures(MESSAGE)
    once = form.data["lead.create"]["once"]
    slow = form
    with suppress(_NotKeptError):
        async with chat.house.units.write() as uow:
            # Whoever is second waits here for whoever was first.
            user_id = await people.user_id(uow, anna)
            name = f"{anna.account.account_id}|{once}"
            assert await uow.inbox.register(Arrival("teams", chat.stage.tenant, name, user_id))
            slow = await replace(menus, settles=False).sends(form, title="Walmdach")
            raise _NotKeptError
    assert slow.dialog is not None
    assert chat.words(de="zu lange gedauert", en="took too long") in slow.dialog
    assert slow.dialog.inputs["title"] == "Walmdach"
    await menus.sends(slow)
    await menus.sends(form)
    assert await people.actions(chat, firm.team_id, "lead.created") == 1
    assert len(leads_in(chat, firm.channel)) == 1


async def test_a_card_that_perhaps_arrived_says_so(chat: Chat) -> None:
    """When Teams drops the connection, the lead is there, and the dialog says that its card may be missing."""
    firm, anna = await play(chat)
    menus = Menus(anna, anna.direct)
    form = await menus.captures(MESSAGE)
    teams_of(chat).behaviour = lambda place: Drop(accepted=True) if place == anna.direct.room_id else None
    seen = (await menus.sends(form)).dialog
    assert seen is not None
    assert chat.words(de="vielleicht nicht angekommen", en="perhaps not arrived") in seen
    assert await people.actions(chat, firm.team_id, "lead.created") == 1


async def test_a_search_puts_cards_into_messages(chat: Chat) -> None:
    """A42: a search lists number, title and state; the card for a message is masked and has a link and no button."""
    firm, anna = await play(chat)
    await Menus(anna, anna.direct).sends(await Menus(anna, anna.direct).captures(MESSAGE))
    await people.bring(firm, "Carport")
    for room in (anna.direct, firm.channel, FOREIGN):
        found = await Menus(anna, room).searches("walmdach")
        [card] = found.cards
        assert "Walmdach" in found.previews[0]
        assert not [secret for secret in SECRETS if secret in json.dumps(found.body)]
        assert card.buttons == ()
    newest = await Menus(anna, FOREIGN).searches("")
    assert ["L-2" in one for one in newest.previews] == [True, False]
    assert (await Menus(anna, FOREIGN).searches("", skip=1)).previews == newest.previews[1:]
    assert (await Menus(anna, FOREIGN).searches("", skip=2)).cards == ()
    assert (await Menus(anna, FOREIGN).searches("", count=1)).previews == newest.previews[:1]
    assert chat.words(de="Nichts gefunden", en="Nothing found") in (await Menus(anna, FOREIGN).searches("xyz")).text
    assert "200" in (await Menus(anna, FOREIGN).searches("x" * 500)).text


async def test_a_search_tells_others_nothing(chat: Chat) -> None:
    """A41, B9: a guest reads what to do, another firm finds nothing, a viewer finds nothing by what is masked."""
    firm, anna = await play(chat)
    await Menus(anna, anna.direct).sends(await Menus(anna, anna.direct).captures(MESSAGE))
    sara = await people.newcomer(chat, "Sara Fremd")
    petra = (await people.found(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    guest = await Menus(sara, FOREIGN).searches("walmdach")
    assert not guest.cards
    assert chat.words(de="Team", en="team") in guest.text
    for text in ("walmdach", "", "L-1", "elke.schneider@holm.example"):
        assert (await Menus(petra, FOREIGN).searches(text)).cards == ()
        assert (await Menus(petra, firm.channel).searches(text)).cards == ()
    viewer = Menus(firm.of(Role.VIEWER), FOREIGN)
    assert len((await viewer.searches("schneider")).cards) == 1
    for text in ("70192", "elke.schneider@holm.example", "0711 5558877"):
        assert (await viewer.searches(text)).cards == ()


async def test_a_link_becomes_a_card_for_colleagues_only(chat: Chat) -> None:
    """B8, B9: our link becomes a masked card for a colleague of a team that sees the lead, and nothing for others."""
    firm, anna = await play(chat)
    await Menus(anna, anna.direct).sends(await Menus(anna, anna.direct).captures(MESSAGE))
    [card] = (await Menus(anna, FOREIGN).searches("walmdach")).cards
    [link] = card.links
    petra = (await people.found(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    sara = await people.newcomer(chat, "Sara Fremd")
    for person in (anna, firm.of(Role.VIEWER)):
        shown = await Menus(person, FOREIGN).pastes(f"{link}?x=1")
        assert "Walmdach" in shown.cards[0]
        assert not [secret for secret in SECRETS if secret in json.dumps(shown.body)]
    nothing = await Menus(petra, FOREIGN).pastes(link)
    assert (nothing.cards, nothing.text, nothing.dialog) == ((), "", None)
    others = [(sara, link), (anna, f"{chat.public_url}/leads/{'0' * 32}"), (anna, "https://elsewhere.example/leads/1")]
    for person, address in others:
        assert (await Menus(person, FOREIGN).pastes(address)).body == nothing.body
    assert (
        await Menus(anna, FOREIGN, {"from": {"id": "redacted"}}).asks("anonymousQueryLink", url=link)
    ).body == nothing.body


async def test_what_is_made_up_gets_an_answer_and_does_nothing(chat: Chat) -> None:
    """X2: unknown commands, forms of others and forged values are answered in words, and nothing changes or breaks."""
    firm, _ = await play(chat)
    petra = (await people.found(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    brought = await people.bring(firm)
    rows = await state.rows_of(chat, firm.team_id)
    menus = Menus(petra, FOREIGN)
    forged: tuple[object, ...] = (
        {"v": 1, "cmd": "lead.win", "args": {"lead": brought.lead_id, "amount": "1"}},
        {"v": 1, "cmd": "conversation.remove", "args": {}},
        {"v": 1, "cmd": "lead.create", "args": {}, "once": "x" * 500, "title": ["x"]},
        {"v": 9, "cmd": "lead.create", "args": {}},
        {"v": 1, "cmd": "nothing.at_all", "args": {}},
        "lead.create",
        None,
    )
    for data in forged:
        assert (await menus.asks("submitAction", commandId="lead.capture", data=data)).dialog is not None, data
    assert (await menus.asks("submitAction", data={"v": 1, "cmd": "cancel", "args": {}})).is_closed
    assert (await menus.asks("fetchTask", commandId="lead.destroy")).dialog is not None
    assert (await menus.searches("x", command="lead.destroy")).text
    assert await state.rows_of(chat, firm.team_id) == rows
    assert state.defects(chat) == 0


async def test_many_send_the_same_form_at_once(chat: Chat) -> None:
    """X2: ten deliveries of one form at the same moment make one lead."""
    firm, anna = await play(chat)
    menus = Menus(anna, firm.channel)
    form = await menus.captures(MESSAGE)
    await asyncio.gather(*(menus.sends(form) for _ in range(10)))
    assert await people.actions(chat, firm.team_id, "lead.created") == 1
    assert len(leads_in(chat, firm.channel)) == 1


def test_the_limits_leave_room_for_the_way() -> None:
    """Teams waits five seconds; the bot answers before."""
    assert teams_extensions.ANSWER_LIMIT_S + teams_extensions.POST_LIMIT_S < 5
