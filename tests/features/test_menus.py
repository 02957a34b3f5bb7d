"""Message extensions of Microsoft Teams: a lead from a message, a card for a message, a link with a card."""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace

import pytest

from bot.platforms.teams import extension_responses as teams_extensions
from services.inbox.model import InteractionKey
from services.people import PlaceKind
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import CannedResponse, Drop, FakeTeams
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.features.combinations import TEAMS
from tests.features.menus import Menus

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
"""A chat without the bot."""


async def build_scene(chat: Chat) -> tuple[ChatTeam, Person]:
    """Create a team with most roles; return it with its owner."""
    roles = {"Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    return team, team.owner


def teams_of(chat: Chat) -> FakeTeams:
    """Return the fake of Microsoft Teams."""
    assert isinstance(chat.driver, TeamsDriver)
    return chat.driver.teams


def keeps_out(chat: Chat) -> None:
    """Let the bot be a member of its own rooms alone."""
    teams_of(chat).behaviour = lambda conversation: (
        CannedResponse(403) if conversation.startswith(FOREIGN.room_id) else None
    )


def leads_in(chat: Chat, room: Room) -> list[str]:
    """List the threads of a room that hold cards about leads."""
    posts = teams_of(chat).posts.values()
    return [
        post.conversation_id
        for post in posts
        if "Lead L-" in json.dumps(post.activity) and room.room_id in post.conversation_id
    ]


async def test_a_message_becomes_a_lead_in_its_thread(chat: Chat) -> None:
    """B20: the form holds the message's text; the lead's card is posted once, in the thread of the message."""
    team, anna = await build_scene(chat)
    menus = Menus(anna, team.channel)
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
    assert leads_in(chat, team.channel) == [f"{team.channel.room_id};messageid={THREAD}"]
    assert not [secret for secret in SECRETS if secret in await team.of(Role.MEMBER).sees(team.channel)]


async def test_the_card_follows_its_lead(chat: Chat) -> None:
    """The card in the thread follows the lead, and the dialog's later content can be used there."""
    team, anna = await build_scene(chat)
    menus = Menus(anna, team.channel)
    done = await menus.sends(await menus.captures(MESSAGE))
    picked = await menus.sends(done, "lead.pick")
    assert picked.dialog is not None
    assert chat.words(de="übernommen von Anna Weiß", en="picked by Anna Weiß") in picked.dialog
    assert chat.words(de="übernommen von Anna Weiß", en="picked by Anna Weiß") in await anna.sees(team.channel)


async def test_sending_twice_is_sending_once(chat: Chat) -> None:
    """X2: a form that Teams repeats, under any id, makes one lead and one card."""
    team, anna = await build_scene(chat)
    for room in (team.channel, anna.direct):
        menus = Menus(anna, room)
        before = await chat_team.actions(chat, team.team_id, "lead.created")
        form = await menus.captures(MESSAGE.replace("elke", room.kind).replace("8877", "8878" if before else "8877"))
        first = await menus.sends(form)
        assert (await menus.sends(form)).body.keys() == first.body.keys()
        assert await chat_team.actions(chat, team.team_id, "lead.created") == before + 1
        assert len(leads_in(chat, room)) == 1


async def test_duplicates_are_shown_in_the_dialog(chat: Chat) -> None:
    """B24: leads of the same contact are shown above the form and accepted by name."""
    team, anna = await build_scene(chat)
    menus = Menus(anna, team.channel)
    blank = await menus.captures(None)
    await menus.sends(await menus.captures(MESSAGE))
    again = await menus.captures(MESSAGE)
    assert again.dialog is not None
    assert "Lead L-1" in again.dialog
    typed = await menus.sends(blank, title="Dach", name="E. Schneider", email="elke.schneider@holm.example")
    assert typed.dialog is not None
    assert "Lead L-1" in typed.dialog
    assert typed.dialog.inputs["title"] == "Dach"
    assert await chat_team.actions(chat, team.team_id, "lead.created") == 1
    await menus.sends(typed)
    await menus.sends(again)
    # Each of the two forms accepted the first lead alone, so the second submission shows a new duplicate.
    assert await chat_team.actions(chat, team.team_id, "lead.created") == 2


async def test_a_leads_card_sent_to_the_bot_opens_the_lead(chat: Chat) -> None:
    """A lead's card in a message to the bot opens the lead as it is now; other cards open none."""
    team, anna = await build_scene(chat)
    driver = chat.driver
    assert isinstance(driver, TeamsDriver)
    await chat_team.create_lead(team)
    [card] = (await Menus(anna, anna.direct).searches("Dach")).body["composeExtension"]["attachments"]
    other = {"contentType": card["contentType"], "content": {"type": "AdaptiveCard", "actions": [{"url": 5}, "?"]}}
    foreign = {**other, "content": {"actions": [{"url": "https://elsewhere.example/"}]}}
    for sent, is_answered in ((card, True), (other, False), (foreign, False)):
        before = len(await anna.reads())
        note = driver.activity(anna.account, anna.direct, type="message", text="", attachments=[sent])
        await driver.post(note)
        read = (await anna.reads())[before:]
        assert ["Lead L-1" in item and "lead.pick" in item.commands for item in read] == [True] * is_answered


async def test_in_the_direct_chat_the_card_is_the_response(chat: Chat) -> None:
    """The compose box of the direct chat opens an empty form, and the lead's card is posted there."""
    team, anna = await build_scene(chat)
    menus = Menus(anna, anna.direct)
    form = await menus.captures(None)
    assert form.dialog is not None
    assert not any(value for name, value in form.dialog.inputs.items() if name != "country")
    assert (await menus.sends(form, title="Carport", name="Udo Kern", email="udo@kern.example")).is_closed
    assert "Carport" in await anna.sees(anna.direct)
    assert "Carport" in await anna.sees(team.channel)


@pytest.mark.parametrize("more", [{}, {"conversation": None}], ids=["not a member", "not said where"])
async def test_without_the_bot_the_card_goes_into_the_persons_message(chat: Chat, more: dict[str, object]) -> None:
    """A42: the lead is created; its card goes into the person's own message without contact and buttons."""
    team, anna = await build_scene(chat)
    keeps_out(chat)
    menus = Menus(anna, FOREIGN, more)
    done = await menus.sends(await menus.captures(MESSAGE))
    [card] = done.cards
    assert "Lead L-1" in card
    assert "Holm Bau GmbH" in card
    assert not [secret for secret in SECRETS if secret in json.dumps(done.body)]
    assert card.buttons == ()
    assert [link.startswith(f"{chat.public_url}/leads/") for link in card.links] == [True]
    assert "Lead L-1" in await anna.sees(team.channel)
    assert leads_in(chat, FOREIGN) == []


async def test_a_chat_of_two_people_is_no_chat_with_the_bot(chat: Chat) -> None:
    """A42: the bot takes a personal chat with another person as a shared one and never writes into it."""
    team, anna = await build_scene(chat)
    keeps_out(chat)
    two = {"conversation": {"id": f"{FOREIGN.room_id}", "conversationType": "personal"}}
    menus = Menus(anna, FOREIGN, two)
    done = await menus.sends(await menus.captures(MESSAGE))
    assert not [secret for secret in SECRETS if secret in json.dumps(done.body)]
    await chat_team.create_lead(team)
    assert leads_in(chat, FOREIGN) == []
    await anna.says(de="sprache en", en="language en")
    assert "English" in await anna.sees(anna.direct)


async def test_a_menu_does_not_bring_a_removed_bot_back(chat: Chat) -> None:
    """A menu used in a channel that the bot has left does not reconnect the channel."""
    team, anna = await build_scene(chat)
    assert isinstance(chat.driver, TeamsDriver)
    await chat.driver.uninstall(team.channel, anna.account)
    await Menus(anna, team.channel).captures(MESSAGE)
    before = len(teams_of(chat).posts)
    await chat_team.create_lead(team)
    assert len(teams_of(chat).posts) == before


async def test_refusals_stand_in_the_dialog(chat: Chat) -> None:
    """X1: a viewer, a guest and a wrong form get a response in the dialog with what can be done."""
    team, anna = await build_scene(chat)
    tom, sara = team.of(Role.VIEWER), await chat_team.user_without_team(chat, "Sara Fremd")
    seen = (await Menus(tom, team.channel).captures(MESSAGE)).dialog
    assert seen is not None
    assert "Anna Weiß" in seen
    assert "request.ask" in seen.commands
    seen = (await Menus(sara, FOREIGN).captures(MESSAGE)).dialog
    assert seen is not None
    assert {"team.create", "invitation.join"} <= seen.commands
    menus = Menus(anna, team.channel)
    wrong = (await menus.sends(await menus.captures(MESSAGE), email="elke at holm")).dialog
    assert wrong is not None
    assert chat.words(de="E-Mail", en="e-mail") in wrong
    assert await chat_team.actions(chat, team.team_id, "lead.created") == 0


class _NotKeptError(Exception):
    """Ends a unit of work without an effect."""


async def test_a_time_out_gives_the_form_back(chat: Chat) -> None:
    """After a timeout the dialog shows the filled form again, and one more submission is enough."""
    team, anna = await build_scene(chat)
    menus = Menus(anna, team.channel)
    form = await menus.captures(MESSAGE)
    once = form.data["lead.create"]["once"]
    slow = form
    with suppress(_NotKeptError):
        async with chat.application.units.write() as uow:
            # The second request waits here for the first.
            user_id = await chat_team.user_id(uow, anna)
            name = f"{anna.account.account_id}|{once}"
            assert await uow.inbox.add(InteractionKey("teams", chat.driver.tenant, name, user_id))
            slow = await replace(menus, settles=False).sends(form, title="Walmdach")
            raise _NotKeptError
    assert slow.dialog is not None
    assert chat.words(de="zu lange gedauert", en="took too long") in slow.dialog
    assert slow.dialog.inputs["title"] == "Walmdach"
    await menus.sends(slow)
    await menus.sends(form)
    assert await chat_team.actions(chat, team.team_id, "lead.created") == 1
    assert len(leads_in(chat, team.channel)) == 1


async def test_an_unknown_outcome_is_shown_in_the_dialog(chat: Chat) -> None:
    """When Teams drops the connection, the lead exists, and the dialog says that its card may be missing."""
    team, anna = await build_scene(chat)
    menus = Menus(anna, anna.direct)
    form = await menus.captures(MESSAGE)
    teams_of(chat).behaviour = lambda conversation: Drop(accepted=True) if conversation == anna.direct.room_id else None
    seen = (await menus.sends(form)).dialog
    assert seen is not None
    assert chat.words(de="vielleicht nicht angekommen", en="perhaps not arrived") in seen
    assert await chat_team.actions(chat, team.team_id, "lead.created") == 1


async def test_a_search_puts_cards_into_messages(chat: Chat) -> None:
    """A42: a search lists number, title and state; the card for a message is masked, with a link and no button."""
    team, anna = await build_scene(chat)
    await Menus(anna, anna.direct).sends(await Menus(anna, anna.direct).captures(MESSAGE))
    await chat_team.create_lead(team, "Carport")
    for room in (anna.direct, team.channel, FOREIGN):
        found = await Menus(anna, room).searches("walmdach")
        [card] = found.cards
        assert "Walmdach" in found.previews[0]
        assert not [secret for secret in SECRETS if secret in json.dumps(found.body)]
        assert card.buttons == ()
    newest = await Menus(anna, FOREIGN).searches("")
    assert ["L-2" in preview for preview in newest.previews] == [True, False]
    assert (await Menus(anna, FOREIGN).searches("", skip=1)).previews == newest.previews[1:]
    assert (await Menus(anna, FOREIGN).searches("", skip=2)).cards == ()
    assert (await Menus(anna, FOREIGN).searches("", count=1)).previews == newest.previews[:1]
    assert chat.words(de="Nichts gefunden", en="Nothing found") in (await Menus(anna, FOREIGN).searches("xyz")).text
    assert "200" in (await Menus(anna, FOREIGN).searches("x" * 500)).text


async def test_a_search_tells_others_nothing(chat: Chat) -> None:
    """A41, B9: a guest reads what to do; another team and a viewer find nothing by masked text."""
    team, anna = await build_scene(chat)
    await Menus(anna, anna.direct).sends(await Menus(anna, anna.direct).captures(MESSAGE))
    sara = await chat_team.user_without_team(chat, "Sara Fremd")
    petra = (await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    guest = await Menus(sara, FOREIGN).searches("walmdach")
    assert not guest.cards
    assert chat.words(de="Team", en="team") in guest.text
    for text in ("walmdach", "", "L-1", "elke.schneider@holm.example"):
        assert (await Menus(petra, FOREIGN).searches(text)).cards == ()
        assert (await Menus(petra, team.channel).searches(text)).cards == ()
    viewer = Menus(team.of(Role.VIEWER), FOREIGN)
    assert len((await viewer.searches("schneider")).cards) == 1
    for text in ("70192", "elke.schneider@holm.example", "0711 5558877"):
        assert (await viewer.searches(text)).cards == ()


async def test_a_link_becomes_a_card_for_members_only(chat: Chat) -> None:
    """B8, B9: a link becomes a masked card for a member whose team sees the lead, and for no other person."""
    team, anna = await build_scene(chat)
    await Menus(anna, anna.direct).sends(await Menus(anna, anna.direct).captures(MESSAGE))
    [card] = (await Menus(anna, FOREIGN).searches("walmdach")).cards
    [link] = card.links
    petra = (await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    sara = await chat_team.user_without_team(chat, "Sara Fremd")
    for person in (anna, team.of(Role.VIEWER)):
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


async def test_forged_invokes_get_a_response_and_change_nothing(chat: Chat) -> None:
    """X2: unknown commands, foreign forms and forged values get a response, and nothing changes or breaks."""
    team, _ = await build_scene(chat)
    petra = (await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    brought = await chat_team.create_lead(team)
    rows = await team_state.rows_of(chat, team.team_id)
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
    assert await team_state.rows_of(chat, team.team_id) == rows
    assert team_state.defects(chat) == 0


async def test_many_send_the_same_form_at_once(chat: Chat) -> None:
    """X2: ten simultaneous deliveries of one form make one lead."""
    team, anna = await build_scene(chat)
    menus = Menus(anna, team.channel)
    form = await menus.captures(MESSAGE)
    await asyncio.gather(*(menus.sends(form) for _ in range(10)))
    assert await chat_team.actions(chat, team.team_id, "lead.created") == 1
    assert len(leads_in(chat, team.channel)) == 1


def test_the_time_limits_leave_room_for_the_network() -> None:
    """The bot's time limits are below the five seconds after which Teams gives up."""
    assert teams_extensions.ANSWER_LIMIT_S + teams_extensions.POST_LIMIT_S < 5
