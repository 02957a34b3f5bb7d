"""Cards that leave for Slack unasked: where they appear, what they carry, and how they are found again."""

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
    """What the relay speaks through."""
    return SlackSender(api, tokens, SlackRenderer(clock.now), timer=clock.timer)


def channel(**reference: Any) -> Target:  # noqa: ANN401 - as platforms keep it
    """The channel as the conversations know it."""
    return Target(TEAM_ID, CHANNEL, reference={"workspace": TEAM_ID, **reference})


def person(user_id: str = "U1ANNA") -> Target:
    """Somebody who has not been written to yet."""
    return Target(TEAM_ID, user_id=user_id, reference={"workspace": TEAM_ID})


async def test_a_card_is_posted_and_changed(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """It arrives once with its key, unfurls nothing, and is replaced under its ts."""
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
    """What belongs to a thread is posted, changed and found there."""
    first = slack.says("U1ANNA", CHANNEL, "hello")
    target = channel(thread=first.ts)
    sent = await slack_sender.send(target, CARD, READER, key="d-1")
    assert [message.ts for message in slack.messages_in(CHANNEL, thread_ts=first.ts)] == [sent.message_id]
    assert sent.reference == {"workspace": TEAM_ID, "thread": first.ts}
    assert await slack_sender.find(target, "d-1", slack.clock()) == sent
    assert await slack_sender.find(channel(), "d-1", slack.clock()) is None


async def test_a_person_is_written_to_directly(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """The chat is opened once, and then known; somebody who left is gone."""
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


async def test_a_message_says_not_who_reads_along(slack_sender: SlackSender) -> None:
    """Whether people from outside read along is asked of the place each time: it may be shared no longer."""
    assert (await slack_sender.send(channel(outsiders=True), CARD, READER, key="d-1")).reference == {
        "workspace": TEAM_ID
    }


async def test_a_message_whose_answer_was_lost_is_found(
    slack_sender: SlackSender, slack: FakeSlack, clock: FakeClock
) -> None:
    """It stands there once, and is found by its key alone, however much was said since."""
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


async def test_a_message_without_its_name_is_in_doubt(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """Slack has taken it and does not say what it is called: it has to be looked up."""
    await slack_sender.send(channel(), CARD, READER, key="d-0")
    slack.plan.append(CannedResponse(200, body=b'{"ok": true}', accepted=True))
    with pytest.raises(Ambiguous):
        await slack_sender.send(channel(), CARD, READER, key="d-1")


async def test_others_cannot_pretend(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A message of somebody else that carries the key is not ours."""
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
async def test_what_cannot_be_read_is_no_answer(
    slack_sender: SlackSender, slack: FakeSlack, response: CannedResponse, failure: type[SendFailed]
) -> None:
    """Where the history cannot be read now, nothing is said about the message."""
    slack.plan.extend([Slow(0), response])
    with pytest.raises(failure):
        await slack_sender.find(channel(), "d-1", slack.clock())


async def test_a_long_history_is_no_answer(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """Too much to look through is not the same as nothing; what is older than the message is not looked at."""
    slack.history_limit = 15
    since = slack.clock() + timedelta(hours=1)
    for number in range(15 * PAGES_MAX):
        slack.says("U1ANNA", CHANNEL, f"chatter {number}")
    assert await slack_sender.find(channel(), "d-1", since) is None
    assert await slack_sender.find(channel(), "d-1", slack.clock()) is None
    slack.says("U1ANNA", CHANNEL, "one more")
    with pytest.raises(Unavailable):
        await slack_sender.find(channel(), "d-1", slack.clock())


async def test_a_place_without_its_workspace_is_rejected(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """Nobody guesses in which workspace a place is."""
    with pytest.raises(Rejected):
        await slack_sender.send(Target(TEAM_ID, CHANNEL), CARD, READER, key="d-1")
    assert slack.calls == []


async def test_a_chat_that_does_not_open_is_certainly_nothing_sent(slack_sender: SlackSender, slack: FakeSlack) -> None:
    """A breakdown before the message left leaves no doubt, and it is tried again later."""
    slack.plan.extend([Slow(0), *[CannedResponse(500, accepted=True)] * 9])
    with pytest.raises(Unavailable):
        await slack_sender.send(person(), CARD, READER, key="d-1")
    assert slack.messages == {}
