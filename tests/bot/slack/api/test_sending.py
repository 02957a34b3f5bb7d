"""Cards that the relay sends to Slack: conversation, metadata and lookup."""

from datetime import timedelta
from typing import Any

import pytest

from bot.platforms.base import Ambiguous, Gone, RateLimited, Reader, Rejected, SendFailed, Sent, Target, Unavailable
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.cards import SlackRenderer
from bot.platforms.slack.sender import PAGE_SIZE, PAGES_MAX, SlackSender
from bot.platforms.slack.tokens import FixedToken
from cards.model import Card, Run, Subject, Text, verbatim
from services.people import Language
from tests.fakes.slack import (
    BOT_USER_ID,
    TEAM_ID,
    CannedResponse,
    Drop,
    FakeClock,
    FakeSlack,
    Slow,
    ratelimited,
    refused,
)

CHANNEL = "C1SALES"
READER = Reader(Language.ENGLISH, "UTC")
CARD = Card(
    verbatim("Lead L-12 · Roof"),
    (Text(verbatim("e***@posteo.de")),),
    (Run(verbatim("Pick"), "lead.pick", {"lead": "L-12"}),),
    subject=Subject("lead.card", "0198"),
)


@pytest.fixture
def slack_sender(api: SlackApi, tokens: FixedToken, clock: FakeClock) -> SlackSender:
    """Return the sender of the relay."""
    return SlackSender(api, tokens, SlackRenderer(clock.now), timer=clock.timer)


def channel(**reference: Any) -> Target:  # noqa: ANN401 - as platforms keep it
    """Return the stored target of the channel."""
    return Target(TEAM_ID, CHANNEL, reference={"workspace": TEAM_ID, **reference})


def person(user_id: str = "U1ANNA") -> Target:
    """Return the target of a user without a direct chat."""
    return Target(TEAM_ID, user_id=user_id, reference={"workspace": TEAM_ID})


async def test_a_card_is_posted_and_updated(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A card is posted once with its key, without unfurls, and updated by its ts."""
    sent = await slack_sender.send(channel(), CARD, READER, key="d-1")
    [message] = slack.messages_in(CHANNEL)
    assert sent == Sent(CHANNEL, message.ts, {"workspace": TEAM_ID})
    assert message.metadata == {"event_type": "kollega_delivery", "event_payload": {"key": "d-1"}}
    assert (message.sent["unfurl_links"], message.sent["unfurl_media"]) == (False, False)
    assert "L-12" in message.text
    await slack_sender.update(channel(), sent.message_id, Card(verbatim("Lead L-12 is taken")), READER)
    [message] = slack.messages_in(CHANNEL)
    assert "taken" in message.text
    assert "Pick" not in str(message.blocks)
    assert await slack_sender.find(channel(), "d-1", slack.clock()) == sent


async def test_a_card_stays_in_its_thread(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A card in a thread is posted, updated and found there."""
    first = slack.says("U1ANNA", CHANNEL, "hello")
    target = channel(thread=first.ts)
    sent = await slack_sender.send(target, CARD, READER, key="d-1")
    assert [message.ts for message in slack.messages_in(CHANNEL, thread_ts=first.ts)] == [sent.message_id]
    assert sent.reference == {"workspace": TEAM_ID, "thread": first.ts}
    assert await slack_sender.find(target, "d-1", slack.clock()) == sent
    assert await slack_sender.find(channel(), "d-1", slack.clock()) is None


async def test_direct_chat_is_opened_once(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """The direct chat is opened once and cached; a deactivated user raises Gone."""
    slack.add_user("U9GONE", "Gone", is_deleted=True)
    sent = [await slack_sender.send(person(), CARD, READER, key=f"d-{number}") for number in range(3)]
    direct = slack.direct("U1ANNA").channel_id
    assert [delivered.conversation_id for delivered in sent] == [direct] * 3
    assert len(slack.messages_in(direct)) == 3
    assert len(slack.called("conversations.open")) == 1
    assert (await slack_sender.find(person(), "d-1", slack.clock())) is not None
    with pytest.raises(Gone) as outcome:
        await slack_sender.send(person("U9GONE"), CARD, READER, key="d-9")
    assert outcome.value.reason == "user_disabled"


async def test_external_members_are_looked_up_for_each_message(slack_sender: SlackSender) -> None:
    """Whether a channel is shared is read again for each message."""
    assert (await slack_sender.send(channel(outsiders=True), CARD, READER, key="d-1")).reference == {
        "workspace": TEAM_ID
    }


async def test_message_with_lost_response_is_found(
    slack_sender: SlackSender, slack: FakeSlack, clock: FakeClock
) -> None:
    """A message is found by its key, however many messages follow it."""
    await slack_sender.send(channel(), CARD, READER, key="d-0")
    slack.plan.append(Drop(accepted=True))
    since = slack.clock()
    with pytest.raises(Ambiguous):
        await slack_sender.send(channel(), CARD, READER, key="d-1")
    for number in range(PAGE_SIZE * 2):
        slack.says("U1ANNA", CHANNEL, f"chatter {number}")
    clock.advance(60)
    found = await slack_sender.find(channel(), "d-1", since)
    message = slack.messages_in(CHANNEL)[1]
    assert found == Sent(CHANNEL, message.ts, {"workspace": TEAM_ID})
    assert await slack_sender.find(channel(), "d-2", since) is None


async def test_response_without_ts_is_ambiguous(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A response without a ts has an unknown outcome."""
    await slack_sender.send(channel(), CARD, READER, key="d-0")
    slack.plan.append(CannedResponse(200, body=b'{"ok": true}', accepted=True))
    with pytest.raises(Ambiguous):
        await slack_sender.send(channel(), CARD, READER, key="d-1")


async def test_key_of_another_author_is_ignored(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A message of another author with the same key is not found."""
    other = slack.says("U1ANNA", CHANNEL, "hello")
    other.metadata = {"event_type": "kollega_delivery", "event_payload": {"key": "d-1"}}
    assert await slack_sender.find(channel(), "d-1", slack.clock()) is None
    other.author = BOT_USER_ID
    assert await slack_sender.find(channel(), "d-1", slack.clock()) is not None


@pytest.mark.parametrize(
    ("response", "failure"),
    [
        (refused("missing_scope"), Rejected),
        (refused("channel_not_found"), Gone),
        (ratelimited(60), RateLimited),
        (CannedResponse(200, body=b'{"ok": true}'), Unavailable),
    ],
)
async def test_unreadable_history_gives_no_result(
    slack_sender: SlackSender, slack: FakeSlack, response: CannedResponse, failure: type[SendFailed]
) -> None:
    """A history that cannot be read raises an error instead of 'not found'."""
    slack.plan.extend([Slow(0), response])
    with pytest.raises(failure):
        await slack_sender.find(channel(), "d-1", slack.clock())


async def test_long_history_gives_no_result(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A history above the limit raises an error; messages older than the delivery are not read."""
    slack.history_limit = 15
    since = slack.clock() + timedelta(hours=1)
    for number in range(15 * PAGES_MAX):
        slack.says("U1ANNA", CHANNEL, f"chatter {number}")
    assert await slack_sender.find(channel(), "d-1", since) is None
    assert await slack_sender.find(channel(), "d-1", slack.clock()) is None
    slack.says("U1ANNA", CHANNEL, "one more")
    with pytest.raises(Unavailable):
        await slack_sender.find(channel(), "d-1", slack.clock())


async def test_target_without_workspace_is_rejected(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A target without a workspace is rejected."""
    with pytest.raises(Rejected):
        await slack_sender.send(Target(TEAM_ID, CHANNEL), CARD, READER, key="d-1")
    assert slack.calls == []


async def test_failed_conversations_open_is_unavailable(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A failure to open the chat is retriable because nothing was sent."""
    slack.plan.extend([Slow(0), *[CannedResponse(500, accepted=True)] * 9])
    with pytest.raises(Unavailable):
        await slack_sender.send(person(), CARD, READER, key="d-1")
    assert slack.messages == {}
