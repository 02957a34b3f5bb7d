"""Delivery of updates: few, each in its reader's language, never twice, and none lost without a notice."""

import pytest

from services.delivery.model import UNKNOWN_SHOWN_MAX
from services.people import Language
from tests.chat import Chat, Room
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import Drop
from tests.features import chat_team
from tests.features.combinations import SLACK, TEAMS
from tests.features.lead_steps import SOLAR, offered, open_three, picked_by, platform

NOTES = 6
UNKNOWN_COUNT = 7


def count_sent(chat: Chat) -> float:
    """Count the messages and updates that have left the outbox."""
    labels = f'platform="{chat.driver.platform}",state="sent"'
    lines = chat.application.metrics.text().decode().splitlines()
    return sum(
        float(line.split()[-1]) for line in lines if line.startswith("kollega_deliveries_total") and labels in line
    )


async def test_many_changes_are_one_update(chat: Chat) -> None:
    """X2: many changes of a lead update each of its cards once, with the last state."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    anna, ben, _, tom = solar.people
    lead = await chat_team.create_lead(solar)
    await ben.presses("lead.pick", room=solar.channel, lead=lead.lead_id)
    service = await chat.channel("Service", anna, ben)
    await anna.says(de="verbinden", en="connect", room=service)
    await ben.says(de="teile L-1 #Service", en="share L-1 #Service")
    before, cards = count_sent(chat), len(await tom.reads(solar.channel))
    for number in range(NOTES):
        words = chat.words(de=f"notiz L-1 Nummer {number}", en=f"note L-1 Number {number}")
        await chat.driver.say(ben.account, ben.direct, words, None)
    await chat.driver.say(ben.account, ben.direct, chat.words(de="gewonnen L-1 100", en="won L-1 100"), None)
    await chat.settles()
    responses = NOTES + 1  # each a message that shows the lead, in the direct chat
    assert count_sent(chat) - before <= 2 + responses
    won = chat.words(de="gewonnen von Ben Kaya", en="won by Ben Kaya")
    for person, room in ((tom, solar.channel), (anna, service)):
        assert won in await person.finds("L-1", room)
    assert len(await tom.reads(solar.channel)) == cards


async def test_the_same_message_twice_is_one_note(chat: Chat) -> None:
    """X2: a message or click that the platform repeats has one effect."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    await chat_team.create_lead(solar)
    ben = solar.people[1]
    await ben.says(de="nimm L-1", en="pick L-1")
    for _ in range(3):
        words = chat.words(de="notiz L-1 Einmal", en="note L-1 Einmal")
        await chat.driver.say(ben.account, ben.direct, words, "the-same")
        await chat.settles()
    details = await ben.says(de="kontakt L-1", en="contact L-1")
    assert details.words.count("Einmal") == 1


@pytest.mark.core
async def test_each_person_reads_their_language(chat: Chat) -> None:
    """X3: words, times and money come in each person's language; a channel has the team's language."""
    anna, mara = await chat.person("Anna Weiß", Language.GERMAN), await chat.person("Mara Lind", Language.ENGLISH)
    await anna.says('team anlegen "Solarhaus GmbH"')
    channel = await chat.channel("Vertrieb", anna, mara)
    await anna.says("verbinden", room=channel)
    await mara.says("join", room=channel)
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
    refused = await anna.says("nimm L-1")
    assert "Mara Lind war schneller" in refused


async def test_every_change_is_in_the_log(chat: Chat) -> None:
    """X5: the log records who changed which lead, when and on which platform; scheduled changes name the clock."""
    solar, roofs, _ = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, vera = roofs.people
    await olaf.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    chat.clock.advance(minutes=65)
    await olaf.says(de="notiz L-1 Ruft an", en="note L-1 Calls")
    await petra.says(de='delegiere L-1 "Petra Vogt"', en='delegate L-1 "Petra Vogt"')
    await petra.says(de="gewonnen L-1 900", en="won L-1 900")
    log = await petra.says(de="protokoll", en="audit")
    via = platform(chat)
    for de, en, who, time_of_day in (
        ("Lead übernommen", "Lead picked", "Olaf Kern", "10:00"),
        ("Notiz hinzugefügt", "Note added", "Olaf Kern", "11:05"),
        ("Lead delegiert", "Lead delegated", "Petra Vogt", "11:05"),
        ("Lead gewonnen", "Lead won", "Petra Vogt", "11:05"),
    ):
        assert f"{chat.words(de=de, en=en)} · L-1 {who}, {time_of_day}, {via}" in log
    assert "Anna" not in log
    assert "Olaf" not in await solar.owner.says(de="protokoll", en="audit")
    refused = await vera.says(de="protokoll", en="audit")
    assert "Petra Vogt" in refused


class TestConnectionLost:
    """Microsoft Teams alone can leave the outcome of a delivery unknown."""

    COMBINATIONS = TEAMS

    async def test_an_unknown_outcome_is_never_sent_twice(self, chat: Chat) -> None:
        """A card with an unknown outcome is not retried; owner and admins are told, and one of them sends it."""
        solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
        anna, ben, mara, _ = solar.people
        assert isinstance(chat.driver, TeamsDriver)
        await chat_team.create_lead(solar)
        chat.driver.teams.plan.append(Drop(accepted=True))
        await chat_team.create_lead(solar, "Balkonkraftwerk")
        assert await _count_copies(chat, solar.channel) == 1
        words = chat.words(de="vielleicht nicht angekommen", en="may not have arrived")
        for leader in (anna, mara):
            notice = await leader.finds(words)
            assert "Vertrieb Solarhaus GmbH" in notice
            assert "delivery.resend" in notice.commands
        assert words not in await ben.sees()
        chat.clock.advance(hours=2)
        await chat.settles()
        assert await _count_copies(chat, solar.channel) == 1

        await mara.presses("delivery.resend")
        assert await _count_copies(chat, solar.channel) == 2
        seen = (await anna.reads())[-1]
        assert chat.words(de="noch einmal gesendet", en="sent again") in seen
        assert "delivery.resend" not in seen.commands
        await anna.forges("delivery.resend", notice.buttons[0].args)
        assert chat.words(de="Nicht möglich", en="Not possible") in (await anna.reads())[-1]
        assert await _count_copies(chat, solar.channel) == 2
        await ben.presses("lead.pick", room=solar.channel)
        assert picked_by(chat, "Ben Kaya") in (await anna.reads(solar.channel))[-1]

    async def test_many_unknown_outcomes_are_one_card(self, chat: Chat) -> None:
        """Many unknown outcomes are one card for each leader: it counts, names the first, and resends one or all."""
        solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
        anna, _, mara, _ = solar.people
        assert isinstance(chat.driver, TeamsDriver)
        await chat_team.create_lead(solar)
        for _ in range(UNKNOWN_COUNT):
            chat.driver.teams.plan.append(Drop(accepted=True))
            await chat_team.create_lead(solar, "Balkonkraftwerk")
        words = chat.words(de="vielleicht nicht angekommen", en="may not have arrived")
        for leader in (anna, mara):
            [notice] = [seen for seen in await leader.reads() if words in seen]
            assert notice.words.startswith(f"{UNKNOWN_COUNT} ")
            assert [button.command for button in notice.buttons].count("delivery.resend") == UNKNOWN_SHOWN_MAX
            assert (
                chat.words(
                    de=f"und {UNKNOWN_COUNT - UNKNOWN_SHOWN_MAX} weitere",
                    en=f"and {UNKNOWN_COUNT - UNKNOWN_SHOWN_MAX} more",
                )
                in notice
            )
        assert await _count_copies(chat, solar.channel) == UNKNOWN_COUNT

        await anna.presses("delivery.resend")
        assert await _count_copies(chat, solar.channel) == UNKNOWN_COUNT + 1
        [seen] = [seen for seen in await mara.reads() if words in seen]
        assert chat.words(de="1 davon wurde noch einmal gesendet", en="1 of them has been sent again") in seen
        await mara.presses("delivery.resend_all")
        assert await _count_copies(chat, solar.channel) == 2 * UNKNOWN_COUNT
        [seen] = [seen for seen in await anna.reads() if words in seen]
        assert chat.words(de=f"{UNKNOWN_COUNT} davon wurden", en=f"{UNKNOWN_COUNT} of them have been") in seen
        assert not seen.buttons
        await anna.forges("delivery.resend_all", notice.buttons[-1].args)
        assert chat.words(de="Nicht möglich", en="Not possible") in (await anna.reads())[-1]
        assert await _count_copies(chat, solar.channel) == 2 * UNKNOWN_COUNT


class TestConnectionLostInSlack:
    """In Slack the bot can look a message with an unknown outcome up."""

    COMBINATIONS = SLACK

    @pytest.mark.parametrize("arrived", [True, False])
    async def test_an_unknown_outcome_is_looked_up(self, chat: Chat, *, arrived: bool) -> None:
        """A card with an unknown outcome is found, posted once and updated; no leader is asked about it."""
        solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
        anna, ben, mara, _ = solar.people
        assert isinstance(chat.driver, SlackDriver)
        await chat_team.create_lead(solar)
        drops = iter([Drop(accepted=arrived)])
        chat.driver.slack.behaviour = lambda method, _: next(drops, None) if method == "chat.postMessage" else None
        await chat_team.create_lead(solar, "Balkonkraftwerk")
        assert await _count_copies(chat, solar.channel) == int(arrived)
        chat.clock.advance(seconds=10)
        await chat.settles()
        assert await _count_copies(chat, solar.channel) == 1
        words = chat.words(de="vielleicht nicht angekommen", en="may not have arrived")
        for leader in (anna, mara):
            assert words not in await leader.sees()
        await ben.presses("lead.pick", room=solar.channel)
        assert picked_by(chat, "Ben Kaya") in (await anna.reads(solar.channel))[-1]
        assert await _count_copies(chat, solar.channel) == 1


async def _count_copies(chat: Chat, room: Room) -> int:
    """Count the copies of the card in the channel."""
    if isinstance(chat.driver, SlackDriver):
        return sum("Balkonkraftwerk" in post.text for post in chat.driver.slack.messages_in(room.room_id))
    assert isinstance(chat.driver, TeamsDriver)
    posts = [post for post in chat.driver.teams.posts.values() if post.conversation_id.startswith(room.room_id)]
    return sum("Balkonkraftwerk" in str(item.activity) for item in posts)
