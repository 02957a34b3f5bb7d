"""Calls of the Slack Web API: retries, rate limits and unknown outcomes."""

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
    """Post a message and return its ts."""
    response = await api.call("chat.postMessage", WORKSPACE, {**HELLO, "channel": channel, **more}, channel=channel)
    return response["ts"]


async def read(api: SlackApi) -> list[dict[str, Any]]:
    """Return the messages of the channel, newest first."""
    return (await api.call("conversations.history", WORKSPACE, READ, channel=CHANNEL))["messages"]


def calls(slack: FakeSlack, method: str) -> int:
    """Count the requests for a method."""
    return len([call for call in slack.calls if call.method == method])


async def test_messages_share_token_and_connection(api: SlackApi, slack: FakeSlack) -> None:
    """Many messages call `auth.test` once and use one connection."""
    for number in range(20):
        slack.add_channel(f"C{number}", "other")
        await post(api, f"C{number}")
    assert len(slack.messages) == 20
    assert {call.token for call in slack.calls} == {BOT_TOKEN}
    assert len({call.connection for call in slack.calls}) == 1
    assert calls(slack, "auth.test") == 1


async def test_message_is_read_updated_and_deleted(api: SlackApi, slack: FakeSlack) -> None:
    """Arguments arrive as JSON and as a form, and the response is returned."""
    ts = await post(api, metadata={"event_type": "e", "event_payload": {"key": "k"}})
    assert [message["metadata"]["event_payload"] for message in await read(api)] == [{"key": "k"}]
    await api.call("chat.update", WORKSPACE, {"channel": CHANNEL, "ts": ts, "text": "new"}, channel=CHANNEL)
    assert [message.text for message in slack.messages_in(CHANNEL)] == ["new"]
    await api.call("chat.delete", WORKSPACE, {"channel": CHANNEL, "ts": ts}, channel=CHANNEL)
    assert slack.messages_in(CHANNEL) == []


def test_every_method_is_one_that_the_tests_know() -> None:
    """The bot calls only methods that the fake implements."""
    assert METHODS.keys() <= FAKED.keys()


async def test_retry_after_is_kept(api: SlackApi, slack: FakeSlack, clock: FakeClock) -> None:
    """A message with Retry-After is sent again once, and not before that time."""
    await post(api)
    clock.advance(60)
    slack.plan.append(ratelimited(7))
    await post(api)
    tried = [call.received_at.timestamp() for call in slack.calls if call.method == "chat.postMessage"]
    assert [later - earlier for earlier, later in pairwise(tried)] == [60, 7]
    assert len(slack.messages) == 2


async def test_long_waits_are_left_to_the_relay(api: SlackApi, slack: FakeSlack, clock: FakeClock) -> None:
    """A Retry-After of minutes is left to the relay; other channels continue."""
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


async def test_rate_limit_is_per_method_and_workspace(api: SlackApi, slack: FakeSlack) -> None:
    """A rate limit of one method in one workspace blocks no other method or workspace."""
    slack.plan.extend([Slow(0), ratelimited(300)])
    with pytest.raises(RateLimited):
        await read(api)
    with pytest.raises(RateLimited):
        await read(api)
    await post(api)
    assert calls(slack, "conversations.history") == 1


async def test_retries_are_limited(api: SlackApi, slack: FakeSlack) -> None:
    """After four attempts the call returns to the relay with a retry time."""
    slack.plan.extend([Slow(0), *[ratelimited(2)] * 10])
    with pytest.raises(RateLimited) as outcome:
        await post(api)
    assert outcome.value.retry_after_s == 2
    assert calls(slack, "chat.postMessage") == MAX_TRIES
    assert slack.messages == {}


async def test_a_channel_gets_about_a_message_a_second(api: SlackApi, clock: FakeClock) -> None:
    """A short burst is sent at once, then about one message a second."""
    for _ in range(5):
        await post(api)
    assert clock.passed_s == 0
    for _ in range(55):
        await post(api)
    assert clock.passed_s <= 12
    for _ in range(60):
        await api.call("chat.postMessage", WORKSPACE, HELLO, channel=CHANNEL, patience_s=60)
    assert 60 <= clock.passed_s <= 75


async def test_method_keeps_its_tier_limit(api: SlackApi, slack: FakeSlack, clock: FakeClock) -> None:
    """A method is called at most fifty times a minute per workspace; the next call waits."""
    for _ in range(50):
        await read(api)
    assert clock.passed_s == 0
    with pytest.raises(RateLimited) as outcome:
        await read(api)
    assert outcome.value.retry_after_s == pytest.approx(60)
    assert calls(slack, "conversations.history") == 50


@pytest.mark.parametrize("failure", [CannedResponse(500, accepted=True), CannedResponse(503), Drop(accepted=True)])
async def test_a_post_with_unknown_outcome_is_not_repeated(
    api: SlackApi, slack: FakeSlack, failure: CannedResponse | Drop
) -> None:
    """A post with an unknown outcome is not repeated."""
    slack.plan.extend([Slow(0), failure])
    with pytest.raises(Ambiguous):
        await post(api)
    assert calls(slack, "chat.postMessage") == 1


async def test_timeout_is_ambiguous(
    slack: FakeSlack, session: aiohttp.ClientSession, tokens: FixedToken, metrics: Metrics, clock: FakeClock
) -> None:
    """A timeout of a post raises Ambiguous."""
    await tokens.bot_grant()
    hasty = aiohttp.ClientTimeout(total=0.2)
    api = SlackApi(session, tokens, metrics, url=slack.api_url, timer=clock.timer, sleep=clock.sleep, timeout=hasty)
    slack.plan.append(Slow(2))
    with pytest.raises(Ambiguous):
        await post(api)
    assert slack.messages == {}


@pytest.mark.parametrize(
    "failure", [CannedResponse(500), CannedResponse(503), Drop(accepted=False), refused("internal_error")]
)
async def test_read_is_repeated(api: SlackApi, slack: FakeSlack, failure: CannedResponse | Drop) -> None:
    """An idempotent call is repeated after a failure."""
    slack.plan.extend([Slow(0), failure])
    assert await read(api) == []
    assert calls(slack, "conversations.history") == 2


async def test_reads_are_given_up(api: SlackApi, slack: FakeSlack) -> None:
    """An idempotent call raises Unavailable after four attempts."""
    slack.plan.extend([Slow(0), *[CannedResponse(503)] * 10])
    with pytest.raises(Unavailable):
        await read(api)
    assert calls(slack, "conversations.history") == MAX_TRIES


async def test_failed_connection_is_unavailable(
    session: aiohttp.ClientSession, tokens: FixedToken, metrics: Metrics, clock: FakeClock
) -> None:
    """Without a connection the message was certainly not sent."""
    await tokens.bot_grant()
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
async def test_error_codes_map_to_failures(api: SlackApi, slack: FakeSlack, metrics: Metrics, word: str) -> None:
    """Each error code maps to a failure; an unknown code means rejected."""
    slack.plan.extend([Slow(0), *[refused(word)] * 9])
    with pytest.raises(WORDS[word]) as outcome:
        await post(api, text="Eva Schneider, eva@acme.de")
    if isinstance(outcome.value, Gone | Rejected):
        assert outcome.value.reason == word
    counted = metrics.text().decode()
    assert f'error="{"other" if "year" in word else word}",platform="slack"' in counted


async def test_failure_is_logged_by_its_code(api: SlackApi, slack: FakeSlack) -> None:
    """The log holds the error code and neither the message nor the token."""
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


async def test_revoked_token_ends_the_installation(
    api: SlackApi, slack: FakeSlack, clock: FakeClock, left_workspaces: list[str]
) -> None:
    """A revoked token ends the installation and is not used again."""
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
async def test_invalid_token_keeps_the_installation(
    api: SlackApi, slack: FakeSlack, left_workspaces: list[str], word: str
) -> None:
    """An invalid token may be corrected: messages wait and the installation stays."""
    slack.plan.extend([Slow(0), *[refused(word)] * 3])
    with pytest.raises(Unavailable):
        await post(api)
    assert left_workspaces == []


async def test_workspace_without_installation_gets_nothing(api: SlackApi, slack: FakeSlack) -> None:
    """A workspace without an installation gets no message."""
    with pytest.raises(Gone):
        await api.call("chat.postMessage", Workspace("T9", "T9"), HELLO, channel=CHANNEL)
    assert calls(slack, "chat.postMessage") == 0


async def test_responses_are_bounded(api: SlackApi, slack: FakeSlack) -> None:
    """A response above the size limit is not read to the end, and the outcome is unknown."""
    slack.plan.extend([Slow(0), CannedResponse(200, body=b" " * (MAX_RESPONSE_BYTES + 1), accepted=True)])
    with pytest.raises(Ambiguous):
        await post(api)


@pytest.mark.parametrize("status", [301, 307])
async def test_redirects_are_not_followed(api: SlackApi, slack: FakeSlack, status: int) -> None:
    """A redirect is a failure; token and message are not sent to its target."""
    slack.plan.extend([Slow(0), CannedResponse(status, {"Location": f"{slack.origin}/api/auth.test"}, body=b"{}")])
    with pytest.raises(Rejected):
        await post(api)
    assert calls(slack, "auth.test") == 1


async def test_response_url_is_used_up_to_five_times(api: SlackApi, slack: FakeSlack) -> None:
    """A response to a command appears at its response_url, at most five times."""
    url = slack.hook(CHANNEL, "U1ANNA")
    for _ in range(5):
        await api.respond(url, {"text": "for you"})
    assert [message.text for message in slack.ephemerals_in(CHANNEL, "U1ANNA")] == ["for you"] * 5
    with pytest.raises(Rejected) as outcome:
        await api.respond(url, {"text": "for you"})
    assert outcome.value.reason == "used_url"
    assert {call.token for call in slack.calls} == {""}


async def test_late_responses_are_limited(api: SlackApi, slack: FakeSlack) -> None:
    """A limited number of late responses is sent at once, and all arrive."""
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
async def test_foreign_response_url_is_not_called(api: SlackApi, slack: FakeSlack, url: str) -> None:
    """A response_url that is not Slack's is not called."""
    with pytest.raises(Rejected):
        await api.respond(url, {"text": "for you"})
    assert slack.calls == []
