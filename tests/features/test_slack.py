"""What only Slack has: answers for one person in a channel, windows, shortcuts."""

from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.fakes.slack import refused
from tests.features import people
from tests.features.combinations import SLACK
from tests.features.people import Firm
from tests.stage_slack import SlackStage

COMBINATIONS = SLACK

MESSAGE = """Guten Tag, wir suchen ein Angebot für ein Walmdach.
Viele Grüße
Elke Schneider
Holm Bau GmbH
elke.schneider@holm.example"""


def stage_of(chat: Chat) -> SlackStage:
    """The stage, which knows what only Slack has."""
    assert isinstance(chat.stage, SlackStage)
    return chat.stage


async def play(chat: Chat) -> tuple[Firm, Person, Person]:
    """A firm with a channel, its owner and a colleague."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    return firm, firm.owner, firm.of(Role.MEMBER)


async def captures(chat: Chat, person: Person, room: Room, text: str = MESSAGE) -> str:
    """Choose the shortcut at a message; the time of that message."""
    stage = stage_of(chat)
    said = stage.slack.says(person.account.account_id, room.room_id, text)
    message = {"type": "message", "user": person.account.account_id, "ts": said.ts, "text": said.text}
    place = {"channel": {"id": room.room_id, "name": room.name}, "message": message, "message_ts": said.ts}
    await stage.shortcut(person.account, "message_action", "lead.capture", **place)
    return said.ts


async def test_details_stand_in_a_window_for_one_person(chat: Chat) -> None:
    """A42: details that somebody asks for in a channel open a window, and nobody else in the channel sees them."""
    firm, anna, ben = await play(chat)
    lead = await people.bring(firm)
    details = await anna.presses("lead.reveal", at=firm.channel, lead=lead.lead_id)
    assert details.private
    assert details.message_id in stage_of(chat).slack.views
    assert details.words not in await ben.sees(firm.channel)


async def test_a_form_is_a_window_and_the_card_changes_for_all(chat: Chat) -> None:
    """A note is typed in a window, which shows what became of it; the card in the channel changes for everybody."""
    firm, anna, ben = await play(chat)
    lead = await people.bring(firm)
    await anna.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    assert chat.words(de="übernommen von Anna Weiß", en="picked by Anna Weiß") in await ben.sees(firm.channel)
    form = await anna.presses("lead.note", at=firm.channel, lead=lead.lead_id)
    assert form.message_id in stage_of(chat).slack.views
    done = await anna.presses("lead.note", at=firm.channel, fill={"note": "Ruft morgen zurück"})
    assert done.message_id == form.message_id


async def test_a_late_trigger_opens_no_window_and_the_form_is_a_message(chat: Chat) -> None:
    """Where Slack opens no window any more, the same form comes as a message for the person alone, and works."""
    firm, anna, ben = await play(chat)
    lead = await people.bring(firm)
    await anna.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    stage_of(chat).slack.behaviour = lambda method, _: None if method != "views.open" else refused("expired_trigger_id")
    form = await anna.presses("lead.note", at=firm.channel, lead=lead.lead_id)
    assert form.private
    assert "note" in form.inputs
    assert not any("note" in one.inputs for one in await ben.reads(firm.channel))
    await anna.presses("lead.note", at=firm.channel, fill={"note": "Ruft morgen zurück"})
    assert "Ruft morgen zurück" in await anna.says(de="kontakt L-1", en="contact L-1")


async def test_a_message_becomes_a_lead_in_its_thread(chat: Chat) -> None:
    """B20: the window holds what the message tells; the card of the lead stands in the thread of the message, once."""
    firm, anna, ben = await play(chat)
    ts = await captures(chat, anna, firm.channel)
    form = (await anna.reads(firm.channel))[-1]
    assert form.inputs["name"] == "Elke Schneider"
    assert form.inputs["email"] == "elke.schneider@holm.example"
    done = await anna.presses("lead.create", at=firm.channel, fill={"title": "Walmdach"})
    assert "Lead L-1" in done
    cards = [one for one in stage_of(chat).slack.messages_in(firm.channel.room_id) if "L-1" in one.text]
    assert [one.thread_ts for one in cards] == [ts]
    assert "elke.schneider" not in (await ben.reads(firm.channel))[-1]


async def test_the_shortcut_beside_the_messages_opens_an_empty_form(chat: Chat) -> None:
    """B20: what is sent there is a lead; its card stands in the person's own chat and in the team's channel."""
    firm, anna, _ = await play(chat)
    await stage_of(chat).shortcut(anna.account, "shortcut", "lead.create")
    form = (await anna.reads())[-1]
    assert form.inputs["title"] == ""
    await anna.presses("lead.create", fill={"title": "Carport", "name": "Udo Kern", "email": "udo@kern.example"})
    assert "Carport" in await anna.sees(firm.channel)
    assert "Carport" in await anna.sees()


async def test_a_removed_bot_is_welcomed_again(chat: Chat) -> None:
    """Whoever brings the bot into a channel reads one welcome there, however often Slack tells of it."""
    stage = stage_of(chat)
    anna = await people.newcomer(chat, "Anna Weiß")
    room = await chat.channel("Vertrieb", anna)
    await stage.install(room, anna.account)
    assert len(await anna.reads(room)) == 1
    await stage.uninstall(room, anna.account)
    await stage.install(room, anna.account)
    await chat.settles()
    assert len(await anna.reads(room)) == 2
