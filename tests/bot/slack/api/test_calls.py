"""What the bot asks of Slack: never doubled, never lost unsaid, patient for a limited time."""

import asyncio
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.operations.metrics import Metrics
from bot.platforms.base import Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from bot.platforms.http_calls import MAX_RESPONSE_BYTES, MAX_TRIES
from bot.platforms.slack.api import RESPONSES_AT_ONCE, SlackApi, Workspace
from bot.platforms.slack.methods import METHODS
from bot.platforms.slack.tokens import FixedToken
from tests.bot.slack.api.conftest import WORKSPACE
from tests.fakes.slack import BOT_TOKEN, CannedResponse, Drop, FakeClock, FakeSlack, Slow, ratelimited, refused
from tests.fakes.slack.registry import METHODS as FAKED

CHANNEL = "C1SALES"
HELLO: dict[str, Any] = {"channel": CHANNEL, "text": "hello", "blocks": [{"type": "divider"}]}
READ: dict[str, Any] = {"channel": CHANNEL, "limit": 5, "include_all_metadata": True}


async def post(api: SlackApi, channel: str = CHANNEL, **more: object) -> str:
    """Say something; its ts."""
    response = await api.call("chat.postMessage", WORKSPACE, {**HELLO, "channel": channel, **more}, channel=channel)
    return response["ts"]


async def read(api: SlackApi) -> list[dict[str, Any]]:
    """What stands in the channel, the newest first."""
    return (await api.call("conversations.history", WORKSPACE, READ, channel=CHANNEL))["messages"]


def calls(slack: FakeSlack, method: str) -> int:
    """How often a method was asked, whatever became of it."""
    return len([call for call in slack.calls if call.method == method])


async def test_messages_share_token_and_connection(api: SlackApi, slack: FakeSlack) -> None:
    """Many messages ask once whose the token is, and take one connection."""
    for number in range(20):
        slack.add_channel(f"C{number}", "other")
        await post(api, f"C{number}")
    assert len(slack.messages) == 20
    assert {call.token for call in slack.calls} == {BOT_TOKEN}
    assert len({call.connection for call in slack.calls}) == 1
    assert calls(slack, "auth.test") == 1


async def test_a_message_is_read_changed_and_deleted(api: SlackApi, slack: FakeSlack) -> None:
    """Arguments arrive whole, as JSON and as a form, and what Slack answers comes back."""
    ts = await post(api, metadata={"event_type": "e", "event_payload": {"key": "k"}})
    assert [item["metadata"]["event_payload"] for item in await read(api)] == [{"key": "k"}]
    await api.call("chat.update", WORKSPACE, {"channel": CHANNEL, "ts": ts, "text": "new"}, channel=CHANNEL)
    assert [message.text for message in slack.messages_in(CHANNEL)] == ["new"]
    await api.call("chat.delete", WORKSPACE, {"channel": CHANNEL, "ts": ts}, channel=CHANNEL)
    assert slack.messages_in(CHANNEL) == []


def test_every_method_is_one_that_the_tests_know() -> None:
    """Nothing is asked of Slack that no test could answer."""
    assert METHODS.keys() <= FAKED.keys()


async def test_retry_after_is_kept(api: SlackApi, slack: FakeSlack, clock: FakeClock) -> None:
    """A message that Slack puts off is sent again not a moment before the time that Slack named, and once."""
    await post(api)
    clock.advance(60)
    slack.plan.append(ratelimited(7))
    await post(api)
    tried = [call.received_at.timestamp() for call in slack.calls if call.method == "chat.postMessage"]
    assert [later - earlier for earlier, later in pairwise(tried)] == [60, 7]
    assert len(slack.messages) == 2


async def test_long_waits_are_left_to_the_relay(api: SlackApi, slack: FakeSlack, clock: FakeClock) -> None:
    """Where Slack asks for minutes nobody waits here: the channel rests that long, all others go on."""
    slack.add_channel("C2OTHER", "other")
    slack.plan.extend([Slow(0), ratelimited(300)])
    with pytest.raises(RateLimited) as outcome:
        await post(api)
    assert outcome.value.retry_after_s == 300
    clock.advance(299)
    with pytest.raises(RateLimited) as outcome:
        await api.call("chat.postMessage", WORKSPACE, HELLO, channel=CHANNEL, patience_s=0.5)
    assert outcome.value.retry_after_s == 1
    await post(api, "C2OTHER")
    await api.call("users.info", WORKSPACE, {"user": "U1ANNA"})
    assert calls(slack, "chat.postMessage") == 2
    clock.advance(1)
    await post(api)
    assert len(slack.messages_in(CHANNEL)) == 1


async def test_a_method_rests_alone(api: SlackApi, slack: FakeSlack) -> None:
    """What Slack says about one method of one workspace stops neither its other methods nor other workspaces."""
    slack.plan.extend([Slow(0), ratelimited(300)])
    with pytest.raises(RateLimited):
        await read(api)
    with pytest.raises(RateLimited):
        await read(api)
    await post(api)
    assert calls(slack, "conversations.history") == 1


async def test_patience_is_limited(api: SlackApi, slack: FakeSlack) -> None:
    """What is put off again and again goes back to the relay after four tries, with a time."""
    slack.plan.extend([Slow(0), *[ratelimited(2)] * 10])
    with pytest.raises(RateLimited) as outcome:
        await post(api)
    assert outcome.value.retry_after_s == 2
    assert calls(slack, "chat.postMessage") == MAX_TRIES
    assert slack.messages == {}


async def test_a_channel_gets_about_a_message_a_second(api: SlackApi, clock: FakeClock) -> None:
    """A few messages leave at once, many about one a second, and never so slowly that Slack would laugh."""
    for _ in range(5):
        await post(api)
    assert clock.passed_s == 0
    for _ in range(55):
        await post(api)
    assert clock.passed_s <= 12
    for _ in range(60):
        await api.call("chat.postMessage", WORKSPACE, HELLO, channel=CHANNEL, patience_s=60)
    assert 60 <= clock.passed_s <= 75


async def test_a_method_keeps_to_its_tier(api: SlackApi, slack: FakeSlack, clock: FakeClock) -> None:
    """Fifty questions of one kind a minute and workspace, and the next one when there is room again."""
    for _ in range(50):
        await read(api)
    assert clock.passed_s == 0
    with pytest.raises(RateLimited) as outcome:
        await read(api)
    assert outcome.value.retry_after_s == pytest.approx(60)
    assert calls(slack, "conversations.history") == 50


@pytest.mark.parametrize("failure", [CannedResponse(500, accepted=True), CannedResponse(503), Drop(accepted=True)])
async def test_a_post_is_never_repeated_in_doubt(
    api: SlackApi, slack: FakeSlack, failure: CannedResponse | Drop
) -> None:
    """A message that may have arrived is not sent again, whether Slack broke down or fell silent."""
    slack.plan.extend([Slow(0), failure])
    with pytest.raises(Ambiguous):
        await post(api)
    assert calls(slack, "chat.postMessage") == 1


async def test_a_slow_slack_leaves_a_doubt(
    slack: FakeSlack, session: aiohttp.ClientSession, tokens: FixedToken, metrics: Metrics, clock: FakeClock
) -> None:
    """Whoever has waited long enough does not know whether the message arrives."""
    await tokens.own()
    hasty = aiohttp.ClientTimeout(total=0.2)
    api = SlackApi(session, tokens, metrics, url=slack.api_url, timer=clock.timer, sleep=clock.sleep, timeout=hasty)
    slack.plan.append(Slow(2))
    with pytest.raises(Ambiguous):
        await post(api)
    assert slack.messages == {}


@pytest.mark.parametrize(
    "failure", [CannedResponse(500), CannedResponse(503), Drop(accepted=False), refused("internal_error")]
)
async def test_a_question_is_repeated(api: SlackApi, slack: FakeSlack, failure: CannedResponse | Drop) -> None:
    """What has the effect of one call is asked again after a breakdown."""
    slack.plan.extend([Slow(0), failure])
    assert await read(api) == []
    assert calls(slack, "conversations.history") == 2


async def test_questions_are_given_up(api: SlackApi, slack: FakeSlack) -> None:
    """A Slack that stays broken is Unavailable after four tries."""
    slack.plan.extend([Slow(0), *[CannedResponse(503)] * 10])
    with pytest.raises(Unavailable):
        await read(api)
    assert calls(slack, "conversations.history") == MAX_TRIES


async def test_nothing_written_is_no_doubt(
    session: aiohttp.ClientSession, tokens: FixedToken, metrics: Metrics, clock: FakeClock
) -> None:
    """Where no connection came about, the message has certainly not left."""
    await tokens.own()
    api = SlackApi(session, tokens, metrics, url="http://127.0.0.1:1/", timer=clock.timer, sleep=clock.sleep)
    with pytest.raises(Unavailable):
        await post(api)


WORDS = {
    "channel_not_found": Gone,
    "not_in_channel": Gone,
    "is_archived": Gone,
    "message_not_found": Gone,
    "account_inactive": Gone,
    "token_revoked": Gone,
    "invalid_blocks": Rejected,
    "missing_scope": Rejected,
    "restricted_action": Rejected,
    "a_word_of_next_year": Rejected,
    "service_unavailable": Unavailable,
    "fatal_error": Ambiguous,
    "ratelimited": RateLimited,
}


@pytest.mark.parametrize("word", WORDS)
async def test_words_have_a_meaning(api: SlackApi, slack: FakeSlack, metrics: Metrics, word: str) -> None:
    """Each word of refusal says what became of the message; one that nobody knows is a plain no."""
    slack.plan.extend([Slow(0), *[refused(word)] * 9])
    with pytest.raises(WORDS[word]) as outcome:
        await post(api, text="Eva Schneider, eva@acme.de")
    if isinstance(outcome.value, Gone | Rejected):
        assert outcome.value.reason == word
    counted = metrics.text().decode()
    assert f'error="{"other" if "year" in word else word}",platform="slack"' in counted


async def test_what_goes_wrong_is_logged_by_its_word(api: SlackApi, slack: FakeSlack) -> None:
    """Neither what was written nor Slack's sentence about it nor the token gets into the log."""
    body = b'{"ok": false, "error": "invalid_blocks", "response_metadata": {"messages": ["eva@acme.de"]}}'
    slack.plan.extend(
        [Slow(0), CannedResponse(200, body=body), CannedResponse(200, body=b'{"ok": false, "error": "eva@acme.de!"}')]
    )
    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(SendFailed) as outcome:
                await post(api, text="eva@acme.de")
            assert "eva" not in repr(outcome.value)
    assert [log_entry["error"] for log_entry in logs] == ["invalid_blocks", "unreadable response"]
    assert "eva" not in repr(logs)
    assert BOT_TOKEN not in repr(logs)


async def test_a_dead_token_is_given_back(
    api: SlackApi, slack: FakeSlack, clock: FakeClock, left_workspaces: list[str]
) -> None:
    """A token that opens nothing any more ends the installation; nobody is asked with it again and again."""
    await post(api)
    slack.revoke(WORKSPACE.workspace_id)
    with pytest.raises(Gone) as outcome:
        await post(api)
    assert outcome.value.reason == "token_revoked"
    with pytest.raises(Gone):
        await post(api)
    assert calls(slack, "chat.postMessage") == 2
    assert left_workspaces == [WORKSPACE.workspace_id]
    slack.add_workspace(WORKSPACE.workspace_id, "Solarhaus", token=BOT_TOKEN)
    slack.revoked.clear()
    clock.advance(61)
    await post(api)
    assert len(slack.messages_in(CHANNEL)) == 2


@pytest.mark.parametrize("word", ["invalid_auth", "token_expired", "not_authed"])
async def test_a_refused_token_is_no_farewell(
    api: SlackApi, slack: FakeSlack, left_workspaces: list[str], word: str
) -> None:
    """A token that is wrong now may be mended: what was to be sent waits, and no place is left."""
    slack.plan.extend([Slow(0), *[refused(word)] * 3])
    with pytest.raises(Unavailable):
        await post(api)
    assert left_workspaces == []


async def test_foreign_workspaces_are_not_asked_for(api: SlackApi, slack: FakeSlack) -> None:
    """Where the bot is not installed nothing is sent: the message is gone before it left."""
    with pytest.raises(Gone):
        await api.call("chat.postMessage", Workspace("T9", "T9"), HELLO, channel=CHANNEL)
    assert calls(slack, "chat.postMessage") == 0


async def test_answers_are_bounded(api: SlackApi, slack: FakeSlack) -> None:
    """A Slack that sends without end is not read to the end, and the message stays in doubt."""
    slack.plan.extend([Slow(0), CannedResponse(200, body=b" " * (MAX_RESPONSE_BYTES + 1), accepted=True)])
    with pytest.raises(Ambiguous):
        await post(api)


@pytest.mark.parametrize("status", [301, 307])
async def test_nobody_is_followed_elsewhere(api: SlackApi, slack: FakeSlack, status: int) -> None:
    """A redirection is an answer like any other that is no success: token and message go nowhere else."""
    slack.plan.extend([Slow(0), CannedResponse(status, {"Location": f"{slack.origin}/api/auth.test"}, body=b"{}")])
    with pytest.raises(Rejected):
        await post(api)
    assert calls(slack, "auth.test") == 1


async def test_commands_and_clicks_are_answered_where_they_ask(api: SlackApi, slack: FakeSlack) -> None:
    """What is said at the address of a command appears for whoever gave it, five times at most."""
    url = slack.hook(CHANNEL, "U1ANNA")
    for _ in range(5):
        await api.respond(url, {"text": "for you"})
    assert [message.text for message in slack.ephemerals_in(CHANNEL, "U1ANNA")] == ["for you"] * 5
    with pytest.raises(Rejected) as outcome:
        await api.respond(url, {"text": "for you"})
    assert outcome.value.reason == "used_url"
    assert {call.token for call in slack.calls} == {""}


async def test_late_answers_wait_for_each_other(api: SlackApi, slack: FakeSlack) -> None:
    """When very many answers are late at once a limited number is on its way, and every one of them arrives."""
    urls = [slack.hook(CHANNEL, "U1ANNA") for _ in range(4 * RESPONSES_AT_ONCE)]
    slack.behaviour = lambda _method, _channel: Slow(0.02)
    await asyncio.gather(*(api.respond(url, {"text": "for you"}) for url in urls))
    assert len(slack.ephemerals_in(CHANNEL, "U1ANNA")) == len(urls)
    connections = {call.connection for call in slack.calls if call.method == "response_url"}
    assert len(connections) <= RESPONSES_AT_ONCE


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "https://hooks.slack.com:8443/x",
        "",
    ],
)
async def test_answers_go_to_slack_alone(api: SlackApi, slack: FakeSlack, url: str) -> None:
    """An address that is none of Slack's gets nothing, whoever sent it along."""
    with pytest.raises(Rejected):
        await api.respond(url, {"text": "for you"})
    assert slack.calls == []
