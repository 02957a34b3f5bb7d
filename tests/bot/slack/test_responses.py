"""Where an answer appears in Slack, whatever happens on its way."""

import time
from collections.abc import AsyncGenerator

import pytest
from msgspec.structs import replace

from bot.dispatch.interaction import InteractionKind, Placement
from cards.model import Fact, Facts, verbatim
from services.people import PlaceKind
from tests.bot.slack.harness import ANNA, BEN, BUDGET_S, CHANNEL, FORM, LEAD, READER, YES, Bot, Json, open_bot
from tests.fakes.slack import BOT_USER_ID, Drop, refused

NOTE = {"cmd": "lead.note", "args": {"lead": "L-12"}, "in": 1}
LATE_S = 2 * BUDGET_S
LOOKED_UP = {"auth.test", "users.info", "conversations.info", "conversations.open"}


@pytest.fixture
async def bot() -> AsyncGenerator[Bot]:
    """A bot in Slack."""
    async with open_bot(time.monotonic) as bot:
        yield bot


async def test_what_concerns_one_person_is_the_reply_to_the_command(bot: Bot) -> None:
    """A private answer to a command needs no call: it stands in the reply, for the person alone."""
    bot.chat.respond_with(YES, Placement.PRIVATE)
    response = await bot.run_command()
    assert (response["response_type"], response["blocks"][0]["text"]["text"]) == ("ephemeral", "Yes.")
    assert bot.slack.messages_in(CHANNEL) == []


async def test_what_concerns_all_is_a_message_that_follows_its_subject(bot: Bot) -> None:
    """An answer for everybody is posted, and the bot is told of the message."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    assert await bot.run_command() == {}
    [posted] = bot.slack.messages_in(CHANNEL)
    assert [post.message_id for post in bot.chat.recorded_posts] == [posted.ts]


async def test_where_the_bot_is_not_slack_shows_the_answer(bot: Bot) -> None:
    """A command works in a channel in which the bot is no member; nothing there is thought to follow anything."""
    bot.slack.add_channel("C0OTHER", "other", [ANNA], has_bot=False)
    bot.chat.respond_with(LEAD, Placement.NEW)
    response = await bot.run_command(channel="C0OTHER")
    assert response["response_type"] == "in_channel"
    assert not bot.chat.interactions[0].conversation.is_bot_there
    assert bot.chat.recorded_posts == []


async def test_the_chat_of_two_people_is_read_by_another(bot: Bot) -> None:
    """A42: a chat that looks like the one with the bot is that only when Slack says so."""
    bot.slack.add_channel("D0HUMANS", "", [ANNA, BEN], kind="im", has_bot=False)
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.run_command(channel="D0HUMANS")
    await bot.run_command(channel=bot.slack.direct(ANNA).channel_id)
    assert [interaction.conversation.kind for interaction in bot.chat.interactions] == [
        PlaceKind.GROUP,
        PlaceKind.PERSONAL,
    ]
    assert [interaction.conversation.is_bot_there for interaction in bot.chat.interactions] == [False, True]


async def test_a_form_is_a_window(bot: Bot) -> None:
    """Whatever there is to fill in opens in a window of the person."""
    bot.chat.respond_with(FORM, Placement.PRIVATE)
    await bot.run_command("note L-12")
    [view] = bot.slack.views.values()
    assert (view.user_id, view.content["submit"]["text"]) == (ANNA, "Save")


@pytest.mark.parametrize("word", ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"])
async def test_without_a_trigger_the_form_is_a_message(bot: Bot, word: str) -> None:
    """Where no window opens any more, the form is a message for the person alone."""
    bot.chat.respond_with(FORM, Placement.PRIVATE)
    bot.slack.behaviour = lambda method, _: refused(word) if method == "views.open" else None
    response = await bot.run_command("note L-12")
    assert response["response_type"] == "ephemeral"
    assert [item["type"] for item in response["blocks"]].count("input") == 1
    await bot.click()
    [whispered] = bot.slack.ephemerals_in(CHANNEL, ANNA)
    assert [block["type"] for block in whispered.blocks].count("input") == 1
    assert bot.slack.messages_in(CHANNEL) == []


async def test_a_mention_in_a_thread_is_answered_there(bot: Bot) -> None:
    """Who asks in a thread reads the answer in it; what is for the person alone is seen by nobody else."""
    root = bot.slack.says(BEN, CHANNEL, "Who is free?")
    bot.chat.respond_with(YES, Placement.NEW)
    await bot.mention(thread_ts=root.ts)
    assert [message.thread_ts for message in bot.slack.messages_in(CHANNEL) if message.author == BOT_USER_ID] == [
        root.ts
    ]
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.mention(thread_ts=root.ts)
    assert [message.thread_ts for message in bot.slack.ephemerals_in(CHANNEL, ANNA)] == [root.ts]
    assert bot.slack.ephemerals_in(CHANNEL, BEN) == []


async def test_who_cannot_be_whispered_to_is_answered_directly(bot: Bot) -> None:
    """Where Slack takes no message for one person, the answer comes in his own chat, and nowhere else."""
    bot.slack.behaviour = lambda method, _: refused("user_not_in_channel") if method == "chat.postEphemeral" else None
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.mention()
    assert [message.text for message in bot.slack.messages_in(bot.slack.direct(ANNA).channel_id)] == ["Yes."]
    assert [message.author for message in bot.slack.messages_in(CHANNEL)] == [ANNA]


async def test_an_event_told_again_is_answered_once(bot: Bot) -> None:
    """X2: Slack repeats what it believes unheard; the answer stands there once."""
    bot.chat.respond_with(YES, Placement.NEW)
    for _ in range(3):
        await bot.mention(event_id="Ev1")
    assert len([message for message in bot.slack.messages_in(CHANNEL) if message.author == BOT_USER_ID]) == 1


async def test_nobody_but_people_says_anything(bot: Bot) -> None:
    """Our own words, those of other bots, and messages that were changed or deleted are nothing said to the bot."""
    direct_id = bot.slack.direct(ANNA).channel_id
    direct = {"type": "message", "channel": direct_id, "channel_type": "im", "ts": "1.1", "text": "leads", "user": ANNA}
    for change in (
        {"user": BOT_USER_ID},
        {"bot_id": "B1"},
        {"subtype": "message_changed", "user": None},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
    ):
        await bot.send_event("", **{**direct, **change})
    await bot.mention(bot_id="B1")
    await bot.send_event(type="app_mention", channel=direct_id, user=ANNA, ts="1.1", text="leads")
    await bot.send_event(type="message", channel=CHANNEL, channel_type="channel", user=ANNA, ts="1.1", text="leads")
    assert bot.chat.interactions == []
    await bot.send_event(**direct)
    assert [interaction.text for interaction in bot.chat.interactions] == ["leads"]


async def test_the_card_itself_answers_where_it_stands(bot: Bot) -> None:
    """A click that changes the shared card says nothing more; another card opens in a window for the person alone."""
    rendered = bot.platform.renderer.message(LEAD, READER)
    shown = {"ts": "1.2", "blocks": rendered["blocks"], "team": "T0KOLLEGA"}
    bot.chat.respond_with(LEAD, Placement.REPLACE)
    await bot.click(message=shown)
    assert [call.method for call in bot.slack.calls if call.method not in LOOKED_UP] == []
    bot.chat.respond_with(replace(LEAD, subject=None), Placement.REPLACE)
    await bot.click(message=shown)
    assert len(bot.slack.views) == 1


async def test_a_short_no_is_whispered_and_a_sheet_opens(bot: Bot) -> None:
    """A refusal stands beside the card for the person alone; what there is to read opens in a window."""
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.click()
    assert [message.text for message in bot.slack.ephemerals_in(CHANNEL, ANNA)] == ["Yes."]
    sheet = replace(YES, body=(Facts((Fact(verbatim("E-mail"), verbatim("eva@x.example")),)),))
    bot.chat.respond_with(sheet, Placement.PRIVATE)
    await bot.click()
    assert len(bot.slack.views) == 1
    assert len(bot.slack.ephemerals_in(CHANNEL, ANNA)) == 1


async def test_nothing_to_say_to_a_click_is_said(bot: Bot) -> None:
    """Whoever presses and moves nothing reads so, alone."""
    await bot.click()
    [whispered] = bot.slack.ephemerals_in(CHANNEL, ANNA)
    assert "Nothing was changed" in whispered.text


async def test_a_button_that_nobody_knows_says_so(bot: Bot) -> None:
    """A button of an older card, or a forged one, changes nothing and says what to do."""
    for value in ("{}", '{"v": 99, "cmd": "x"}', "not json", "x" * 5_000):
        await bot.click(value=value)
    assert bot.chat.interactions == []
    assert len(bot.slack.ephemerals_in(CHANNEL, ANNA)) == 4


async def test_a_link_button_needs_no_answer(bot: Bot) -> None:
    """Slack opens an address by itself, and tells us."""
    await bot.interact(type="block_actions", actions=[{"type": "button", "action_id": "open#1"}])
    assert bot.chat.interactions == []


async def test_a_window_shows_what_became_of_it(bot: Bot) -> None:
    """The answer to what was sent stands in the window; a message for everybody closes it."""
    bot.chat.respond_with(YES, Placement.REPLACE)
    response = await bot.submit(NOTE, text="Hello")
    assert response["response_action"] == "update"
    interaction = bot.chat.interactions[0]
    assert (interaction.kind, interaction.command, dict(interaction.args)) == (
        InteractionKind.CLICK,
        "lead.note",
        {"lead": "L-12", "text": "Hello"},
    )
    assert interaction.conversation.conversation_id == CHANNEL
    bot.chat.respond_with(LEAD, Placement.NEW)
    assert await bot.submit(NOTE, text="Once more") == {"response_action": "clear"}
    assert len(bot.slack.messages_in(CHANNEL)) == 1


async def test_a_late_answer_to_a_command_comes_behind(bot: Bot) -> None:
    """What takes longer than Slack waits is delivered where it was asked, for whom it was asked."""
    bot.chat.pause_s = LATE_S
    bot.chat.respond_with(YES, Placement.PRIVATE)
    assert await bot.run_command() == {}
    await bot.platform.join()
    assert [message.text for message in bot.slack.ephemerals_in(CHANNEL, ANNA)] == ["Yes."]


async def test_a_late_answer_to_a_window_comes_into_it(bot: Bot) -> None:
    """A window that was sent says that it takes longer, and shows the answer when it is there."""
    bot.chat.respond_with(FORM, Placement.PRIVATE)
    await bot.run_command("note")
    [view] = bot.slack.views.values()
    bot.chat.pause_s = LATE_S
    bot.chat.respond_with(YES, Placement.PRIVATE)
    sent: Json = {**view.content, "id": view.view_id, "hash": view.hash, "state": {"values": {}}}
    response = await bot.interact(type="view_submission", view=sent)
    assert "a little longer" in str(response["view"])
    await bot.platform.join()
    assert "Yes." in str(view.content)


async def test_when_too_much_goes_on_slack_is_asked_to_come_again() -> None:
    """Beyond the bound a command says that it took too long, and an event is not acknowledged: Slack repeats it."""
    async with open_bot(time.monotonic, tasks=1) as bot:
        bot.chat.pause_s = LATE_S
        bot.chat.respond_with(YES, Placement.PRIVATE)
        await bot.run_command()
        assert "took too long" in (await bot.run_command())["text"]
        with pytest.raises(AssertionError, match="busy"):
            await bot.mention()
        await bot.platform.join()
        assert len(bot.chat.interactions) == 1


async def test_what_cannot_be_delivered_is_said(bot: Bot) -> None:
    """An answer that Slack does not take leaves a word for whoever asked; one that perhaps came is not repeated."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    bot.slack.behaviour = lambda method, _: refused("restricted_action") if method == "chat.postMessage" else None
    assert "couldn't be delivered" in (await bot.run_command())["text"]
    bot.slack.behaviour = lambda method, _: Drop(accepted=True) if method == "chat.postMessage" else None
    await bot.click()
    assert len(bot.slack.messages_in(CHANNEL)) == 1
    assert "couldn't be delivered" in bot.slack.ephemerals_in(CHANNEL, ANNA)[-1].text


async def test_answers_go_nowhere_but_to_slack(bot: Bot) -> None:
    """X4: an address for answers that is not Slack's is not called, whoever signed it."""
    bot.chat.pause_s = LATE_S
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.run_command(response_url="https://evil.example/hook")
    await bot.platform.join()
    assert bot.slack.called("response_url") == []


async def test_slack_asks_whether_somebody_lives_here(bot: Bot) -> None:
    """The address is confirmed when it is set up, and the check of the certificate is no request."""
    assert await bot.send_form({"ssl_check": "1", "token": "x"}) == {}
    response = await bot.send_form({"payload": '{"type": "url_verification", "challenge": "abc"}'})
    assert response == {"challenge": "abc"}


async def test_what_slack_does_not_tell_is_asked_once(bot: Bot) -> None:
    """A person and a channel are looked up once, and again when Slack says that they have changed."""
    bot.chat.respond_with(YES, Placement.PRIVATE)
    for _ in range(3):
        await bot.run_command()
    assert (len(bot.slack.called("users.info")), len(bot.slack.called("conversations.info"))) == (1, 1)
    bot.slack.users[ANNA].name = "Anna Neu"
    bot.slack.channels[CHANNEL].name = "verkauf"
    await bot.send_event(type="user_change", user={"id": ANNA})
    await bot.send_event(type="channel_rename", channel={"id": CHANNEL, "name": "verkauf"})
    await bot.run_command()
    assert (bot.chat.interactions[-1].sender.name, bot.chat.interactions[-1].conversation.name) == (
        "Anna Neu",
        "verkauf",
    )


async def test_a_slack_that_says_nothing_about_people_keeps_nobody_waiting(bot: Bot) -> None:
    """Without a name and a place that Slack would tell, what was asked is carried out all the same."""
    bot.slack.behaviour = lambda method, _: refused("fatal_error") if method.endswith(".info") else None
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.run_command()
    await bot.platform.join()
    assert [message.text for message in bot.slack.ephemerals_in(CHANNEL, ANNA)] == ["Yes."]
    assert bot.chat.interactions[0].sender.name == ""


async def test_a_shared_channel_says_who_is_from_elsewhere(bot: Bot) -> None:
    """X4: in a shared channel a person of another workspace is an outsider, and the place has outsiders."""
    bot.slack.channels[CHANNEL].is_ext_shared = True
    bot.slack.add_user("U9", "Eva", team_id="T9")
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.mention(user="U9", user_team="T9")
    await bot.mention()
    assert [interaction.sender.is_outsider for interaction in bot.chat.interactions] == [True, False]
    assert all(interaction.conversation.reference["outsiders"] for interaction in bot.chat.interactions)


async def test_a_workspace_where_the_bot_is_not_gets_nothing(bot: Bot) -> None:
    """X4: what comes from a workspace that has not installed the bot is turned away."""
    with pytest.raises(AssertionError, match="not_installed"):
        await bot.run_command(team_id="T0OTHER")
    assert bot.chat.interactions == []
