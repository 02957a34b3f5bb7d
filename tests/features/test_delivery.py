"""What arrives where: few updates, each in its reader's language, nothing twice, and nothing lost in silence."""

import pytest

from services.delivery.model import SHOWN_MAX
from services.people import Language
from tests.chat import Chat, Room
from tests.fakes.bot_connector import Drop
from tests.features import people
from tests.features.combinations import SLACK, TEAMS
from tests.features.trade import SOLAR, offered, open_three, picked_by, platform
from tests.stage_slack import SlackStage
from tests.stage_teams import TeamsStage

NOTES = 6
LOST = 7


def sent(chat: Chat) -> float:
    """How many messages and updates have left the outbox."""
    labels = f'platform="{chat.stage.platform}",state="sent"'
    lines = chat.house.metrics.text().decode().splitlines()
    return sum(float(one.split()[-1]) for one in lines if one.startswith("kollega_deliveries_total") and labels in one)


async def test_many_changes_are_one_update(chat: Chat) -> None:
    """X2: while many things happen to a lead, each of its cards is changed once and shows where the lead stands now."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    anna, ben, _, tom = solar.people
    lead = await people.bring(solar)
    await ben.presses("lead.pick", at=solar.channel, lead=lead.lead_id)
    service = await chat.channel("Service", anna, ben)
    await anna.says(de="verbinden", en="connect", at=service)
    await ben.says(de="teile L-1 #Service", en="share L-1 #Service")
    before, cards = sent(chat), len(await tom.reads(solar.channel))
    for number in range(NOTES):
        words = chat.words(de=f"notiz L-1 Nummer {number}", en=f"note L-1 Number {number}")
        await chat.stage.say(ben.account, ben.direct, words, None)
    await chat.stage.say(ben.account, ben.direct, chat.words(de="gewonnen L-1 100", en="won L-1 100"), None)
    await chat.settles()
    answers = NOTES + 1  # each a message that shows the lead, in the direct chat
    assert sent(chat) - before <= 2 + answers
    won = chat.words(de="gewonnen von Ben Kaya", en="won by Ben Kaya")
    for person, room in ((tom, solar.channel), (anna, service)):
        assert won in await person.finds("L-1", room)
    assert len(await tom.reads(solar.channel)) == cards


async def test_the_same_message_twice_is_one_note(chat: Chat) -> None:
    """X2: a message or click that the platform repeats has one effect."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    await people.bring(solar)
    ben = solar.people[1]
    await ben.says(de="nimm L-1", en="pick L-1")
    for _ in range(3):
        words = chat.words(de="notiz L-1 Einmal", en="note L-1 Einmal")
        await chat.stage.say(ben.account, ben.direct, words, "the-same")
        await chat.settles()
    details = await ben.says(de="kontakt L-1", en="contact L-1")
    assert details.words.count("Einmal") == 1


@pytest.mark.core
async def test_everybody_reads_the_own_language(chat: Chat) -> None:
    """X3: words, times and money come in each person's language; a channel speaks the team's."""
    anna, mara = await chat.person("Anna Weiß", Language.GERMAN), await chat.person("Mara Lind", Language.ENGLISH)
    await anna.says('team anlegen "Solarhaus GmbH"')
    channel = await chat.channel("Vertrieb", anna, mara)
    await anna.says("verbinden", at=channel)
    await mara.says("join", at=channel)
    await anna.presses("invitation.approve")
    await mara.says("new lead")
    filled = {"title": "Dach", "name": "Gerda Holm", "email": "gerda@posteo.example", "value": "18,500.50"}
    await mara.presses("lead.create", fill=filled)
    assert "ca. 18.500,50 €" in (await anna.says("lead L-1")).words.replace("\u00a0", " ")
    assert "about €18,500.50" in await mara.says("lead L-1")
    await mara.says("pick L-1")
    assert "übernommen von Mara Lind" in await anna.finds("L-1")
    assert "picked by Mara Lind" in await mara.finds("L-1")
    assert "übernommen von Mara Lind" in await anna.finds("L-1", channel)
    late = await anna.says("nimm L-1")
    assert "Mara Lind war schneller" in late


async def test_every_change_is_in_the_log(chat: Chat) -> None:
    """X5: the log tells who did what to which lead, when and through which platform; a clock's work is the clock's."""
    solar, roofs, _ = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, vera = roofs.people
    await olaf.presses("lead.pick", at=roofs.channel, lead=lead.lead_id)
    chat.clock.advance(minutes=65)
    await olaf.says(de="notiz L-1 Ruft an", en="note L-1 Calls")
    await petra.says(de='delegiere L-1 "Petra Vogt"', en='delegate L-1 "Petra Vogt"')
    await petra.says(de="gewonnen L-1 900", en="won L-1 900")
    log = await petra.says(de="protokoll", en="audit")
    via = platform(chat)
    for de, en, who, at in (
        ("Lead übernommen", "Lead picked", "Olaf Kern", "10:00"),
        ("Notiz hinzugefügt", "Note added", "Olaf Kern", "11:05"),
        ("Lead delegiert", "Lead delegated", "Petra Vogt", "11:05"),
        ("Lead gewonnen", "Lead won", "Petra Vogt", "11:05"),
    ):
        assert f"{chat.words(de=de, en=en)} · L-1 {who}, {at}, {via}" in log
    assert "Anna" not in log
    assert "Olaf" not in await solar.owner.says(de="protokoll", en="audit")
    refused = await vera.says(de="protokoll", en="audit")
    assert "Petra Vogt" in refused


class TestConnectionLost:
    """Microsoft Teams alone can leave it open whether a message has arrived."""

    COMBINATIONS = TEAMS

    async def test_a_message_of_unknown_fate_is_never_doubled(self, chat: Chat) -> None:
        """A card whose sending broke off is not sent again by itself: owner and admins are told, and one sends it."""
        solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
        anna, ben, mara, _ = solar.people
        assert isinstance(chat.stage, TeamsStage)
        await people.bring(solar)
        chat.stage.teams.plan.append(Drop(accepted=True))
        await people.bring(solar, "Balkonkraftwerk")
        assert await _copies(chat, solar.channel) == 1
        words = chat.words(de="vielleicht nicht angekommen", en="may not have arrived")
        for leader in (anna, mara):
            told = await leader.finds(words)
            assert "Vertrieb Solarhaus GmbH" in told
            assert "delivery.resend" in told.commands
        assert words not in await ben.sees()
        chat.clock.advance(hours=2)
        await chat.settles()
        assert await _copies(chat, solar.channel) == 1

        await mara.presses("delivery.resend")
        assert await _copies(chat, solar.channel) == 2
        seen = (await anna.reads())[-1]
        assert chat.words(de="noch einmal gesendet", en="sent again") in seen
        assert "delivery.resend" not in seen.commands
        await anna.forges("delivery.resend", told.buttons[0].args)
        assert chat.words(de="Nicht möglich", en="Not possible") in (await anna.reads())[-1]
        assert await _copies(chat, solar.channel) == 2
        await ben.presses("lead.pick", at=solar.channel)
        assert picked_by(chat, "Ben Kaya") in (await anna.reads(solar.channel))[-1]

    async def test_many_messages_of_unknown_fate_are_one_card(self, chat: Chat) -> None:
        """What is lost together is one card for each leader: it counts, names the first, and sends one or all again."""
        solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
        anna, _, mara, _ = solar.people
        assert isinstance(chat.stage, TeamsStage)
        await people.bring(solar)
        for _ in range(LOST):
            chat.stage.teams.plan.append(Drop(accepted=True))
            await people.bring(solar, "Balkonkraftwerk")
        words = chat.words(de="vielleicht nicht angekommen", en="may not have arrived")
        for leader in (anna, mara):
            [told] = [seen for seen in await leader.reads() if words in seen]
            assert told.words.startswith(f"{LOST} ")
            assert [one.command for one in told.buttons].count("delivery.resend") == SHOWN_MAX
            assert chat.words(de=f"und {LOST - SHOWN_MAX} weitere", en=f"and {LOST - SHOWN_MAX} more") in told
        assert await _copies(chat, solar.channel) == LOST

        await anna.presses("delivery.resend")
        assert await _copies(chat, solar.channel) == LOST + 1
        [seen] = [seen for seen in await mara.reads() if words in seen]
        assert chat.words(de="1 davon wurde noch einmal gesendet", en="1 of them has been sent again") in seen
        await mara.presses("delivery.resend_all")
        assert await _copies(chat, solar.channel) == 2 * LOST
        [seen] = [seen for seen in await anna.reads() if words in seen]
        assert chat.words(de=f"{LOST} davon wurden", en=f"{LOST} of them have been") in seen
        assert not seen.buttons
        await anna.forges("delivery.resend_all", told.buttons[-1].args)
        assert chat.words(de="Nicht möglich", en="Not possible") in (await anna.reads())[-1]
        assert await _copies(chat, solar.channel) == 2 * LOST


class TestConnectionLostInSlack:
    """In Slack a message whose fate is unknown can be looked up."""

    COMBINATIONS = SLACK

    @pytest.mark.parametrize("arrived", [True, False])
    async def test_a_message_of_unknown_fate_is_looked_up(self, chat: Chat, *, arrived: bool) -> None:
        """A card whose sending broke off stands there once and follows its lead, and nobody is asked about it."""
        solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
        anna, ben, mara, _ = solar.people
        assert isinstance(chat.stage, SlackStage)
        await people.bring(solar)
        drops = iter([Drop(accepted=arrived)])
        chat.stage.slack.behaviour = lambda method, _: next(drops, None) if method == "chat.postMessage" else None
        await people.bring(solar, "Balkonkraftwerk")
        assert await _copies(chat, solar.channel) == int(arrived)
        chat.clock.advance(seconds=10)
        await chat.settles()
        assert await _copies(chat, solar.channel) == 1
        words = chat.words(de="vielleicht nicht angekommen", en="may not have arrived")
        for leader in (anna, mara):
            assert words not in await leader.sees()
        await ben.presses("lead.pick", at=solar.channel)
        assert picked_by(chat, "Ben Kaya") in (await anna.reads(solar.channel))[-1]
        assert await _copies(chat, solar.channel) == 1


async def _copies(chat: Chat, room: Room) -> int:
    """How often the card stands in the channel."""
    if isinstance(chat.stage, SlackStage):
        return sum("Balkonkraftwerk" in said.text for said in chat.stage.slack.messages_in(room.room_id))
    assert isinstance(chat.stage, TeamsStage)
    posts = [one for one in chat.stage.teams.posts.values() if one.conversation_id.startswith(room.room_id)]
    return sum("Balkonkraftwerk" in str(one.activity) for one in posts)
