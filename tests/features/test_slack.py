"""Features of Slack alone: responses for one person in a channel, views, shortcuts."""

from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.drivers.slack import SlackDriver
from tests.fakes.slack import refused
from tests.features import chat_team
from tests.features.chat_team import ChatTeam
from tests.features.combinations import SLACK

COMBINATIONS = SLACK

MESSAGE = """Guten Tag, wir suchen ein Angebot für ein Walmdach.
Viele Grüße
Elke Schneider
Holm Bau GmbH
elke.schneider@holm.example"""


def driver_of(chat: Chat) -> SlackDriver:
    """Return the Slack driver of the chat."""
    assert isinstance(chat.driver, SlackDriver)
    return chat.driver


async def build_scene(chat: Chat) -> tuple[ChatTeam, Person, Person]:
    """Create a team with a channel, its owner and a member."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    return team, team.owner, team.of(Role.MEMBER)


async def captures(chat: Chat, person: Person, room: Room, text: str = MESSAGE) -> str:
    """Choose the shortcut at a message; return that message's timestamp."""
    driver = driver_of(chat)
    posted_message = driver.slack.says(person.account.account_id, room.room_id, text)
    message = {
        "type": "message",
        "user": person.account.account_id,
        "ts": posted_message.ts,
        "text": posted_message.text,
    }
    context = {"channel": {"id": room.room_id, "name": room.name}, "message": message, "message_ts": posted_message.ts}
    await driver.shortcut(person.account, "message_action", "lead.capture", **context)
    return posted_message.ts


async def test_details_open_a_view_for_one_person(chat: Chat) -> None:
    """A42: details requested in a channel open a view for the requester alone."""
    team, anna, ben = await build_scene(chat)
    lead = await chat_team.create_lead(team)
    details = await anna.presses("lead.reveal", room=team.channel, lead=lead.lead_id)
    assert details.private
    assert details.message_id in driver_of(chat).slack.views
    assert details.words not in await ben.sees(team.channel)


async def test_a_form_is_a_view_and_the_card_changes_for_all(chat: Chat) -> None:
    """A note is typed in a view, which shows the outcome; the channel's card changes for each reader."""
    team, anna, ben = await build_scene(chat)
    lead = await chat_team.create_lead(team)
    await anna.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    assert chat.words(de="übernommen von Anna Weiß", en="picked by Anna Weiß") in await ben.sees(team.channel)
    form = await anna.presses("lead.note", room=team.channel, lead=lead.lead_id)
    assert form.message_id in driver_of(chat).slack.views
    done = await anna.presses("lead.note", room=team.channel, fill={"note": "Ruft morgen zurück"})
    assert done.message_id == form.message_id


async def test_a_form_with_an_expired_trigger_is_a_message(chat: Chat) -> None:
    """When Slack refuses to open a view, the form comes as a private message and works."""
    team, anna, ben = await build_scene(chat)
    lead = await chat_team.create_lead(team)
    await anna.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    driver_of(chat).slack.behaviour = lambda method, _: (
        None if method != "views.open" else refused("expired_trigger_id")
    )
    form = await anna.presses("lead.note", room=team.channel, lead=lead.lead_id)
    assert form.private
    assert "note" in form.inputs
    assert not any("note" in item.inputs for item in await ben.reads(team.channel))
    await anna.presses("lead.note", room=team.channel, fill={"note": "Ruft morgen zurück"})
    assert "Ruft morgen zurück" in await anna.says(de="kontakt L-1", en="contact L-1")


async def test_a_message_becomes_a_lead_in_its_thread(chat: Chat) -> None:
    """B20: the view holds the message's text; the lead's card is posted once, in the thread of the message."""
    team, anna, ben = await build_scene(chat)
    ts = await captures(chat, anna, team.channel)
    form = (await anna.reads(team.channel))[-1]
    assert form.inputs["name"] == "Elke Schneider"
    assert form.inputs["email"] == "elke.schneider@holm.example"
    done = await anna.presses("lead.create", room=team.channel, fill={"title": "Walmdach"})
    assert "Lead L-1" in done
    cards = [item for item in driver_of(chat).slack.messages_in(team.channel.room_id) if "L-1" in item.text]
    assert [card.thread_ts for card in cards] == [ts]
    assert "elke.schneider" not in (await ben.reads(team.channel))[-1]


async def test_the_global_shortcut_opens_an_empty_form(chat: Chat) -> None:
    """B20: the submitted form makes a lead, with cards in the direct chat and in the team's channel."""
    team, anna, _ = await build_scene(chat)
    await driver_of(chat).shortcut(anna.account, "shortcut", "lead.create")
    form = (await anna.reads())[-1]
    assert form.inputs["title"] == ""
    await anna.presses("lead.create", fill={"title": "Carport", "name": "Udo Kern", "email": "udo@kern.example"})
    assert "Carport" in await anna.sees(team.channel)
    assert "Carport" in await anna.sees()


async def test_a_bot_added_again_sends_its_welcome_again(chat: Chat) -> None:
    """Adding the bot to a channel posts one welcome, however often Slack repeats the event."""
    driver = driver_of(chat)
    anna = await chat_team.user_without_team(chat, "Anna Weiß")
    room = await chat.channel("Vertrieb", anna)
    await driver.install(room, anna.account)
    assert len(await anna.reads(room)) == 1
    await driver.uninstall(room, anna.account)
    await driver.install(room, anna.account)
    await chat.settles()
    assert len(await anna.reads(room)) == 2
