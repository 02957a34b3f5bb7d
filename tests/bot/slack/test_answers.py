"""Where an answer appears in Slack, whatever happens on its way."""

import time
from collections.abc import AsyncGenerator

import pytest
from msgspec.structs import replace

from bot.dispatch.interaction import InteractionKind, Placement
from cards.model import Fact, Facts, verbatim
from services.people import PlaceKind
from tests.bot.slack.parts import ANNA, BEN, BUDGET_S, CHANNEL, FORM, LEAD, READER, YES, Bot, Json, bot_behind
from tests.fakes.slack import BOT_USER_ID, Drop, refused

NOTE = {"cmd": "lead.note", "args": {"lead": "L-12"}, "in": 1}
LATE_S = 2 * BUDGET_S
LOOKED_UP = {"auth.test", "users.info", "conversations.info", "conversations.open"}


@pytest.fixture
async def bot() -> AsyncGenerator[Bot]:
    """A bot in Slack."""
    async with bot_behind(time.monotonic) as bot:
        yield bot


async def test_what_concerns_one_person_is_the_reply_to_the_command(bot: Bot) -> None:
    """A private answer to a command needs no call: it stands in the reply, for the person alone."""
    bot.chat.says(YES, Placement.PRIVATE)
    said = await bot.commands()
    assert (said["response_type"], said["blocks"][0]["text"]["text"]) == ("ephemeral", "Yes.")
    assert bot.slack.said(CHANNEL) == []


async def test_what_concerns_all_is_a_message_that_follows_its_subject(bot: Bot) -> None:
    """An answer for everybody is posted, and the bot is told of the message."""
    bot.chat.says(LEAD, Placement.NEW)
    assert await bot.commands() == {}
    [posted] = bot.slack.said(CHANNEL)
    assert [item.message_id for item in bot.chat.noted] == [posted.ts]


async def test_where_the_bot_is_not_slack_shows_the_answer(bot: Bot) -> None:
    """A command works in a channel in which the bot is no member; nothing there is thought to follow anything."""
    bot.slack.add_channel("C0OTHER", "other", [ANNA], has_bot=False)
    bot.chat.says(LEAD, Placement.NEW)
    said = await bot.commands(channel="C0OTHER")
    assert said["response_type"] == "in_channel"
    assert not bot.chat.heard[0].conversation.is_bot_there
    assert bot.chat.noted == []


async def test_the_chat_of_two_people_is_read_by_another(bot: Bot) -> None:
    """A42: a chat that looks like the one with the bot is that only when Slack says so."""
    bot.slack.add_channel("D0HUMANS", "", [ANNA, BEN], kind="im", has_bot=False)
    bot.chat.says(YES, Placement.PRIVATE)
    await bot.commands(channel="D0HUMANS")
    await bot.commands(channel=bot.slack.direct(ANNA).channel_id)
    assert [item.conversation.kind for item in bot.chat.heard] == [PlaceKind.GROUP, PlaceKind.PERSONAL]
    assert [item.conversation.is_bot_there for item in bot.chat.heard] == [False, True]


async def test_a_form_is_a_window(bot: Bot) -> None:
    """Whatever there is to fill in opens in a window of the person."""
    bot.chat.says(FORM, Placement.PRIVATE)
    await bot.commands("note L-12")
    [view] = bot.slack.views.values()
    assert (view.user_id, view.content["submit"]["text"]) == (ANNA, "Save")


@pytest.mark.parametrize("word", ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"])
async def test_without_a_trigger_the_form_is_a_message(bot: Bot, word: str) -> None:
    """Where no window opens any more, the form is a message for the person alone."""
    bot.chat.says(FORM, Placement.PRIVATE)
    bot.slack.mood = lambda method, _: refused(word) if method == "views.open" else None
    said = await bot.commands("note L-12")
    assert said["response_type"] == "ephemeral"
    assert [item["type"] for item in said["blocks"]].count("input") == 1
    await bot.clicks()
    [whispered] = bot.slack.whispered(CHANNEL, ANNA)
    assert [block["type"] for block in whispered.blocks].count("input") == 1
    assert bot.slack.said(CHANNEL) == []


async def test_a_mention_in_a_thread_is_answered_there(bot: Bot) -> None:
    """Who asks in a thread reads the answer in it; what is for the person alone is seen by nobody else."""
    root = bot.slack.says(BEN, CHANNEL, "Who is free?")
    bot.chat.says(YES, Placement.NEW)
    await bot.mentions(thread_ts=root.ts)
    assert [item.thread_ts for item in bot.slack.said(CHANNEL) if item.author == BOT_USER_ID] == [root.ts]
    bot.chat.says(YES, Placement.PRIVATE)
    await bot.mentions(thread_ts=root.ts)
    assert [item.thread_ts for item in bot.slack.whispered(CHANNEL, ANNA)] == [root.ts]
    assert bot.slack.whispered(CHANNEL, BEN) == []


async def test_who_cannot_be_whispered_to_is_answered_directly(bot: Bot) -> None:
    """Where Slack takes no message for one person, the answer comes in his own chat, and nowhere else."""
    bot.slack.mood = lambda method, _: refused("user_not_in_channel") if method == "chat.postEphemeral" else None
    bot.chat.says(YES, Placement.PRIVATE)
    await bot.mentions()
    assert [item.text for item in bot.slack.said(bot.slack.direct(ANNA).channel_id)] == ["Yes."]
    assert [item.author for item in bot.slack.said(CHANNEL)] == [ANNA]


async def test_an_event_told_again_is_answered_once(bot: Bot) -> None:
    """X2: Slack repeats what it believes unheard; the answer stands there once."""
    bot.chat.says(YES, Placement.NEW)
    for _ in range(3):
        await bot.mentions(event_id="Ev1")
    assert len([item for item in bot.slack.said(CHANNEL) if item.author == BOT_USER_ID]) == 1


async def test_nobody_but_people_says_anything(bot: Bot) -> None:
    """Our own words, those of other bots, and messages that were changed or deleted are nothing said to the bot."""
    own = bot.slack.direct(ANNA).channel_id
    direct = {"type": "message", "channel": own, "channel_type": "im", "ts": "1.1", "text": "leads", "user": ANNA}
    for change in (
        {"user": BOT_USER_ID},
        {"bot_id": "B1"},
        {"subtype": "message_changed", "user": None},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
    ):
        await bot.tells("", **{**direct, **change})
    await bot.mentions(bot_id="B1")
    await bot.tells(type="app_mention", channel=own, user=ANNA, ts="1.1", text="leads")
    await bot.tells(type="message", channel=CHANNEL, channel_type="channel", user=ANNA, ts="1.1", text="leads")
    assert bot.chat.heard == []
    await bot.tells(**direct)
    assert [item.text for item in bot.chat.heard] == ["leads"]


async def test_the_card_itself_answers_where_it_stands(bot: Bot) -> None:
    """A click that changes the shared card says nothing more; another card opens in a window for the person alone."""
    drawn = bot.platform.renderer.message(LEAD, READER)
    shown = {"ts": "1.2", "blocks": drawn["blocks"], "team": "T0KOLLEGA"}
    bot.chat.says(LEAD, Placement.REPLACE)
    await bot.clicks(message=shown)
    assert [item.method for item in bot.slack.calls if item.method not in LOOKED_UP] == []
    bot.chat.says(replace(LEAD, subject=None), Placement.REPLACE)
    await bot.clicks(message=shown)
    assert len(bot.slack.views) == 1


async def test_a_short_no_is_whispered_and_a_sheet_opens(bot: Bot) -> None:
    """A refusal stands beside the card for the person alone; what there is to read opens in a window."""
    bot.chat.says(YES, Placement.PRIVATE)
    await bot.clicks()
    assert [item.text for item in bot.slack.whispered(CHANNEL, ANNA)] == ["Yes."]
    sheet = replace(YES, body=(Facts((Fact(verbatim("E-mail"), verbatim("eva@x.example")),)),))
    bot.chat.says(sheet, Placement.PRIVATE)
    await bot.clicks()
    assert len(bot.slack.views) == 1
    assert len(bot.slack.whispered(CHANNEL, ANNA)) == 1


async def test_nothing_to_say_to_a_click_is_said(bot: Bot) -> None:
    """Whoever presses and moves nothing reads so, alone."""
    await bot.clicks()
    [whispered] = bot.slack.whispered(CHANNEL, ANNA)
    assert "Nothing was changed" in whispered.text


async def test_a_button_that_nobody_knows_says_so(bot: Bot) -> None:
    """A button of an older card, or a forged one, changes nothing and says what to do."""
    for value in ("{}", '{"v": 99, "cmd": "x"}', "not json", "x" * 5_000):
        await bot.clicks(value=value)
    assert bot.chat.heard == []
    assert len(bot.slack.whispered(CHANNEL, ANNA)) == 4


async def test_a_link_button_needs_no_answer(bot: Bot) -> None:
    """Slack opens an address by itself, and tells us."""
    await bot.interacts(type="block_actions", actions=[{"type": "button", "action_id": "open#1"}])
    assert bot.chat.heard == []


async def test_a_window_shows_what_became_of_it(bot: Bot) -> None:
    """The answer to what was sent stands in the window; a message for everybody closes it."""
    bot.chat.says(YES, Placement.REPLACE)
    said = await bot.submits(NOTE, text="Hello")
    assert said["response_action"] == "update"
    heard = bot.chat.heard[0]
    assert (heard.kind, heard.command, dict(heard.args)) == (
        InteractionKind.CLICK,
        "lead.note",
        {"lead": "L-12", "text": "Hello"},
    )
    assert heard.conversation.conversation_id == CHANNEL
    bot.chat.says(LEAD, Placement.NEW)
    assert await bot.submits(NOTE, text="Once more") == {"response_action": "clear"}
    assert len(bot.slack.said(CHANNEL)) == 1


async def test_a_late_answer_to_a_command_comes_behind(bot: Bot) -> None:
    """What takes longer than Slack waits is delivered where it was asked, for whom it was asked."""
    bot.chat.pause_s = LATE_S
    bot.chat.says(YES, Placement.PRIVATE)
    assert await bot.commands() == {}
    await bot.platform.join()
    assert [item.text for item in bot.slack.whispered(CHANNEL, ANNA)] == ["Yes."]


async def test_a_late_answer_to_a_window_comes_into_it(bot: Bot) -> None:
    """A window that was sent says that it takes longer, and shows the answer when it is there."""
    bot.chat.says(FORM, Placement.PRIVATE)
    await bot.commands("note")
    [view] = bot.slack.views.values()
    bot.chat.pause_s = LATE_S
    bot.chat.says(YES, Placement.PRIVATE)
    sent: Json = {**view.content, "id": view.view_id, "hash": view.hash, "state": {"values": {}}}
    said = await bot.interacts(type="view_submission", view=sent)
    assert "a little longer" in str(said["view"])
    await bot.platform.join()
    assert "Yes." in str(view.content)


async def test_when_too_much_goes_on_slack_is_asked_to_come_again() -> None:
    """Beyond the bound a command says that it took too long, and an event is not acknowledged: Slack repeats it."""
    async with bot_behind(time.monotonic, tasks=1) as bot:
        bot.chat.pause_s = LATE_S
        bot.chat.says(YES, Placement.PRIVATE)
        await bot.commands()
        assert "took too long" in (await bot.commands())["text"]
        with pytest.raises(AssertionError, match="busy"):
            await bot.mentions()
        await bot.platform.join()
        assert len(bot.chat.heard) == 1


async def test_what_cannot_be_delivered_is_said(bot: Bot) -> None:
    """An answer that Slack does not take leaves a word for whoever asked; one that perhaps came is not repeated."""
    bot.chat.says(LEAD, Placement.NEW)
    bot.slack.mood = lambda method, _: refused("restricted_action") if method == "chat.postMessage" else None
    assert "couldn't be delivered" in (await bot.commands())["text"]
    bot.slack.mood = lambda method, _: Drop(accepted=True) if method == "chat.postMessage" else None
    await bot.clicks()
    assert len(bot.slack.said(CHANNEL)) == 1
    assert "couldn't be delivered" in bot.slack.whispered(CHANNEL, ANNA)[-1].text


async def test_answers_go_nowhere_but_to_slack(bot: Bot) -> None:
    """X4: an address for answers that is not Slack's is not called, whoever signed it."""
    bot.chat.pause_s = LATE_S
    bot.chat.says(YES, Placement.PRIVATE)
    await bot.commands(response_url="https://evil.example/hook")
    await bot.platform.join()
    assert bot.slack.called("response_url") == []


async def test_slack_asks_whether_somebody_lives_here(bot: Bot) -> None:
    """The address is confirmed when it is set up, and the check of the certificate is no request."""
    assert await bot.sends({"ssl_check": "1", "token": "x"}) == {}
    said = await bot.sends({"payload": '{"type": "url_verification", "challenge": "abc"}'})
    assert said == {"challenge": "abc"}


async def test_what_slack_does_not_tell_is_asked_once(bot: Bot) -> None:
    """A person and a channel are looked up once, and again when Slack says that they have changed."""
    bot.chat.says(YES, Placement.PRIVATE)
    for _ in range(3):
        await bot.commands()
    assert (len(bot.slack.called("users.info")), len(bot.slack.called("conversations.info"))) == (1, 1)
    bot.slack.users[ANNA].name = "Anna Neu"
    bot.slack.channels[CHANNEL].name = "verkauf"
    await bot.tells(type="user_change", user={"id": ANNA})
    await bot.tells(type="channel_rename", channel={"id": CHANNEL, "name": "verkauf"})
    await bot.commands()
    assert (bot.chat.heard[-1].sender.name, bot.chat.heard[-1].conversation.name) == ("Anna Neu", "verkauf")


async def test_a_slack_that_says_nothing_about_people_keeps_nobody_waiting(bot: Bot) -> None:
    """Without a name and a place that Slack would tell, what was asked is carried out all the same."""
    bot.slack.mood = lambda method, _: refused("fatal_error") if method.endswith(".info") else None
    bot.chat.says(YES, Placement.PRIVATE)
    await bot.commands()
    await bot.platform.join()
    assert [item.text for item in bot.slack.whispered(CHANNEL, ANNA)] == ["Yes."]
    assert bot.chat.heard[0].sender.name == ""


async def test_a_shared_channel_says_who_is_from_elsewhere(bot: Bot) -> None:
    """X4: in a shared channel a person of another workspace is an outsider, and the place has outsiders."""
    bot.slack.channels[CHANNEL].is_ext_shared = True
    bot.slack.add_user("U9", "Eva", team_id="T9")
    bot.chat.says(YES, Placement.PRIVATE)
    await bot.mentions(user="U9", user_team="T9")
    await bot.mentions()
    assert [item.sender.is_outsider for item in bot.chat.heard] == [True, False]
    assert all(item.conversation.reference["outsiders"] for item in bot.chat.heard)


async def test_a_workspace_where_the_bot_is_not_gets_nothing(bot: Bot) -> None:
    """X4: what comes from a workspace that has not installed the bot is turned away."""
    with pytest.raises(AssertionError, match="not_installed"):
        await bot.commands(team_id="T0OTHER")
    assert bot.chat.heard == []
