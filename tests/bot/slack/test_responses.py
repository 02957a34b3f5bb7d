"""Where responses appear in Slack."""

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
    """Start a bot in Slack."""
    async with open_bot(time.monotonic) as bot:
        yield bot


async def test_private_response_is_the_command_response(bot: Bot) -> None:
    """A private response to a command is its HTTP response and needs no call."""
    bot.chat.respond_with(YES, Placement.PRIVATE)
    response = await bot.run_command()
    assert (response["response_type"], response["blocks"][0]["text"]["text"]) == ("ephemeral", "Yes.")
    assert bot.slack.messages_in(CHANNEL) == []


async def test_public_response_is_posted_and_recorded(bot: Bot) -> None:
    """A public response is posted, and the dispatcher records the message."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    assert await bot.run_command() == {}
    [posted] = bot.slack.messages_in(CHANNEL)
    assert [post.message_id for post in bot.chat.recorded_posts] == [posted.ts]


async def test_command_works_without_membership(bot: Bot) -> None:
    """A command works in a channel without the bot; its response is not recorded."""
    bot.slack.add_channel("C0OTHER", "other", [ANNA], has_bot=False)
    bot.chat.respond_with(LEAD, Placement.NEW)
    response = await bot.run_command(channel="C0OTHER")
    assert response["response_type"] == "in_channel"
    assert not bot.chat.interactions[0].conversation.is_bot_there
    assert bot.chat.recorded_posts == []


async def test_direct_chat_of_two_users_is_no_personal_chat(bot: Bot) -> None:
    """A42: only a chat that Slack names as the one with the bot is personal."""
    bot.slack.add_channel("D0HUMANS", "", [ANNA, BEN], kind="im", has_bot=False)
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.run_command(channel="D0HUMANS")
    await bot.run_command(channel=bot.slack.direct(ANNA).channel_id)
    assert [interaction.conversation.kind for interaction in bot.chat.interactions] == [
        PlaceKind.GROUP,
        PlaceKind.PERSONAL,
    ]
    assert [interaction.conversation.is_bot_there for interaction in bot.chat.interactions] == [False, True]


async def test_a_form_is_a_modal(bot: Bot) -> None:
    """A form opens in a modal."""
    bot.chat.respond_with(FORM, Placement.PRIVATE)
    await bot.run_command("note L-12")
    [view] = bot.slack.views.values()
    assert (view.user_id, view.content["submit"]["text"]) == (ANNA, "Save")


@pytest.mark.parametrize("word", ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"])
async def test_without_a_trigger_the_form_is_a_message(bot: Bot, word: str) -> None:
    """With an expired trigger_id the form is an ephemeral message."""
    bot.chat.respond_with(FORM, Placement.PRIVATE)
    bot.slack.behaviour = lambda method, _: refused(word) if method == "views.open" else None
    response = await bot.run_command("note L-12")
    assert response["response_type"] == "ephemeral"
    assert [block["type"] for block in response["blocks"]].count("input") == 1
    await bot.click()
    [whispered] = bot.slack.ephemerals_in(CHANNEL, ANNA)
    assert [block["type"] for block in whispered.blocks].count("input") == 1
    assert bot.slack.messages_in(CHANNEL) == []


async def test_a_mention_in_a_thread_is_answered_there(bot: Bot) -> None:
    """A mention in a thread is answered in it; a private response is ephemeral."""
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


async def test_failed_ephemeral_is_sent_as_direct_message(bot: Bot) -> None:
    """If Slack rejects an ephemeral message, the response is sent to the direct chat only."""
    bot.slack.behaviour = lambda method, _: refused("user_not_in_channel") if method == "chat.postEphemeral" else None
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.mention()
    assert [message.text for message in bot.slack.messages_in(bot.slack.direct(ANNA).channel_id)] == ["Yes."]
    assert [message.author for message in bot.slack.messages_in(CHANNEL)] == [ANNA]


async def test_repeated_event_is_answered_once(bot: Bot) -> None:
    """X2: an event that Slack repeats gets one response."""
    bot.chat.respond_with(YES, Placement.NEW)
    for _ in range(3):
        await bot.mention(event_id="Ev1")
    assert len([message for message in bot.slack.messages_in(CHANNEL) if message.author == BOT_USER_ID]) == 1


async def test_only_user_messages_are_dispatched(bot: Bot) -> None:
    """Messages of bots, edits and deletions are ignored."""
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


async def test_update_of_the_clicked_card_needs_no_message(bot: Bot) -> None:
    """A click that updates the shared card posts nothing; another card opens in a modal."""
    rendered = bot.platform.renderer.message(LEAD, READER)
    shown = {"ts": "1.2", "blocks": rendered["blocks"], "team": "T0KOLLEGA"}
    bot.chat.respond_with(LEAD, Placement.REPLACE)
    await bot.click(message=shown)
    assert [call.method for call in bot.slack.calls if call.method not in LOOKED_UP] == []
    bot.chat.respond_with(replace(LEAD, subject=None), Placement.REPLACE)
    await bot.click(message=shown)
    assert len(bot.slack.views) == 1


async def test_refusal_is_ephemeral_and_details_open_a_modal(bot: Bot) -> None:
    """A refusal is ephemeral; a card with content opens in a modal."""
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.click()
    assert [message.text for message in bot.slack.ephemerals_in(CHANNEL, ANNA)] == ["Yes."]
    sheet = replace(YES, body=(Facts((Fact(verbatim("E-mail"), verbatim("eva@x.example")),)),))
    bot.chat.respond_with(sheet, Placement.PRIVATE)
    await bot.click()
    assert len(bot.slack.views) == 1
    assert len(bot.slack.ephemerals_in(CHANNEL, ANNA)) == 1


async def test_click_without_effect_is_answered(bot: Bot) -> None:
    """A click without an effect gets an ephemeral message."""
    await bot.click()
    [whispered] = bot.slack.ephemerals_in(CHANNEL, ANNA)
    assert "Nothing was changed" in whispered.text


async def test_unknown_button_is_explained(bot: Bot) -> None:
    """An outdated or forged button changes nothing and explains what to do."""
    for value in ("{}", '{"v": 99, "cmd": "x"}', "not json", "x" * 5_000):
        await bot.click(value=value)
    assert bot.chat.interactions == []
    assert len(bot.slack.ephemerals_in(CHANNEL, ANNA)) == 4


async def test_link_button_needs_no_response(bot: Bot) -> None:
    """Slack opens the URL itself and reports the click."""
    await bot.interact(type="block_actions", actions=[{"type": "button", "action_id": "open#1"}])
    assert bot.chat.interactions == []


async def test_modal_shows_its_result(bot: Bot) -> None:
    """The response to a modal is shown in it; a public message closes it."""
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


async def test_late_response_uses_the_response_url(bot: Bot) -> None:
    """A response after Slack's timeout is sent to the response_url."""
    bot.chat.pause_s = LATE_S
    bot.chat.respond_with(YES, Placement.PRIVATE)
    assert await bot.run_command() == {}
    await bot.platform.join()
    assert [message.text for message in bot.slack.ephemerals_in(CHANNEL, ANNA)] == ["Yes."]


async def test_late_response_updates_the_modal(bot: Bot) -> None:
    """A submitted modal shows a waiting text and then the response."""
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


async def test_overload_is_reported() -> None:
    """At the limit a command reports the timeout, and an event is not acknowledged so that Slack repeats it."""
    async with open_bot(time.monotonic, tasks=1) as bot:
        bot.chat.pause_s = LATE_S
        bot.chat.respond_with(YES, Placement.PRIVATE)
        await bot.run_command()
        assert "took too long" in (await bot.run_command())["text"]
        with pytest.raises(AssertionError, match="busy"):
            await bot.mention()
        await bot.platform.join()
        assert len(bot.chat.interactions) == 1


async def test_undeliverable_response_is_reported(bot: Bot) -> None:
    """A rejected response leaves an ephemeral message; one with an unknown outcome is not repeated."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    bot.slack.behaviour = lambda method, _: refused("restricted_action") if method == "chat.postMessage" else None
    assert "couldn't be delivered" in (await bot.run_command())["text"]
    bot.slack.behaviour = lambda method, _: Drop(accepted=True) if method == "chat.postMessage" else None
    await bot.click()
    assert len(bot.slack.messages_in(CHANNEL)) == 1
    assert "couldn't be delivered" in bot.slack.ephemerals_in(CHANNEL, ANNA)[-1].text


async def test_foreign_response_url_is_not_called(bot: Bot) -> None:
    """X4: a response_url that is not Slack's is not called, even if it is signed."""
    bot.chat.pause_s = LATE_S
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.run_command(response_url="https://evil.example/hook")
    await bot.platform.join()
    assert bot.slack.called("response_url") == []


async def test_url_verification_and_ssl_check_are_answered(bot: Bot) -> None:
    """The challenge is returned, and the certificate check is no request."""
    assert await bot.send_form({"ssl_check": "1", "token": "x"}) == {}
    response = await bot.send_form({"payload": '{"type": "url_verification", "challenge": "abc"}'})
    assert response == {"challenge": "abc"}


async def test_profiles_are_cached(bot: Bot) -> None:
    """A user and a channel are read once, and again after a change event."""
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


async def test_missing_profiles_do_not_block(bot: Bot) -> None:
    """Without profiles the request is still processed."""
    bot.slack.behaviour = lambda method, _: refused("fatal_error") if method.endswith(".info") else None
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.run_command()
    await bot.platform.join()
    assert [message.text for message in bot.slack.ephemerals_in(CHANNEL, ANNA)] == ["Yes."]
    assert bot.chat.interactions[0].sender.name == ""


async def test_shared_channel_marks_external_users(bot: Bot) -> None:
    """X4: a user of another workspace in a shared channel is external, and the channel is marked."""
    bot.slack.channels[CHANNEL].is_ext_shared = True
    bot.slack.add_user("U9", "Eva", team_id="T9")
    bot.chat.respond_with(YES, Placement.PRIVATE)
    await bot.mention(user="U9", user_team="T9")
    await bot.mention()
    assert [interaction.sender.is_external for interaction in bot.chat.interactions] == [True, False]
    assert all(interaction.conversation.reference["outsiders"] for interaction in bot.chat.interactions)


async def test_workspace_without_installation_is_rejected(bot: Bot) -> None:
    """X4: a request from a workspace without an installation is rejected."""
    with pytest.raises(AssertionError, match="not_installed"):
        await bot.run_command(team_id="T0OTHER")
    assert bot.chat.interactions == []
