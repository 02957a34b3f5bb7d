"""Requests to Teams: retries, rate limits and unknown outcomes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.operations.metrics import Metrics
from bot.platforms.base import Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from bot.platforms.http_calls import MAX_RESPONSE_BYTES, MAX_TRIES
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.token import TokenSource
from tests.bot.connector.credentials import CARD, CHANNEL
from tests.bot.loopback import START
from tests.fakes.bot_connector import APP_PASSWORD, TENANT_ID, CannedResponse, Drop, FakeClock, FakeTeams, Slow


async def test_messages_share_token_and_connection(connector: Connector, teams: FakeTeams) -> None:
    """Many messages use one token and one connection."""
    ids = [await connector.send(teams.service_url, f"19:{n}", CARD) for n in range(20)]
    assert len(set(ids)) == 20
    assert [teams.posts[i].activity for i in ids] == [CARD] * 20
    assert {delivery.authorization for delivery in teams.deliveries} == {"Bearer token-1"}
    assert len({delivery.connection for delivery in teams.deliveries}) == 1
    assert [token["tenant"] for token in teams.tokens] == [TENANT_ID]


async def test_message_is_replied_to_updated_and_deleted(connector: Connector, teams: FakeTeams) -> None:
    """A posted message can be replied to, updated and deleted."""
    post = await connector.send(teams.service_url, CHANNEL, CARD)
    response_id = await connector.reply_to(teams.service_url, CHANNEL, post, {"type": "message", "text": "ok"})
    await connector.update(teams.service_url, CHANNEL, post, {"type": "message", "text": "new"})
    assert teams.posts[response_id].reply_to == post
    assert teams.posts[post].activity == {"type": "message", "text": "new"}
    await connector.delete(teams.service_url, CHANNEL, post)
    assert post not in teams.posts


async def test_conversations_are_opened(connector: Connector, teams: FakeTeams) -> None:
    """A direct chat opens without a first message, a channel thread with one."""
    chat = await connector.create_conversation(teams.service_url, {"members": [{"id": "29:anna"}], "isGroup": False})
    assert (chat.conversation_id, chat.activity_id) == ("a:29:anna", "")
    body = {"channelData": {"channel": {"id": CHANNEL}}, "activity": CARD}
    thread = await connector.create_conversation(teams.service_url, body)
    assert thread.conversation_id == f"{CHANNEL};messageid={thread.activity_id}"
    assert teams.posts[thread.activity_id].activity == CARD


@pytest.mark.parametrize(
    "odd", [f"{CHANNEL};messageid=17", "a/b", "a?b=c", "a#b", "a%2Fb", "a b", "../x", "ü:1", "a\\b"]
)
async def test_ids_stay_inside_their_segment(connector: Connector, teams: FakeTeams, odd: str) -> None:
    """An id is escaped so that it stays in its path segment."""
    message = await connector.send(teams.service_url, odd, CARD)
    assert teams.posts[message].conversation_id == odd


@pytest.mark.parametrize("odd", ["", ".", "..", "x" * 1025])
async def test_invalid_ids_are_rejected_locally(connector: Connector, teams: FakeTeams, odd: str) -> None:
    """An id that would leave its path segment causes no request."""
    with pytest.raises(Rejected):
        await connector.update(teams.service_url, CHANNEL, odd, CARD)
    with pytest.raises(Rejected):
        await connector.send(teams.service_url, odd, CARD)
    assert teams.deliveries == []


@pytest.mark.parametrize("url", ["https://evil.example/", "http://smba.trafficmanager.net/", "http://10.0.0.1/", ""])
async def test_token_is_not_sent_to_unlisted_host(connector: Connector, teams: FakeTeams, url: str) -> None:
    """A stored service URL that is not listed gets neither message nor token."""
    with pytest.raises(Rejected):
        await connector.send(url, CHANNEL, CARD)
    with pytest.raises(Rejected):
        await connector.members(url, CHANNEL)
    assert teams.tokens == []


@pytest.mark.parametrize("status", [429, 412])
@pytest.mark.parametrize("header", ["7", "7.0", format_datetime(START + timedelta(seconds=7), usegmt=True)])
async def test_retry_after_is_kept(
    connector: Connector, teams: FakeTeams, clock: FakeClock, status: int, header: str
) -> None:
    """A message with Retry-After is sent again once, and not before that time."""
    teams.plan.append(CannedResponse(status, {"Retry-After": header}))
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert [delivery.received_at for delivery in teams.deliveries] == [START, START + timedelta(seconds=7)]
    assert len(teams.posts) == 1
    assert clock.sleeps == [7]


@pytest.mark.parametrize("header", [{}, {"Retry-After": "soon"}, {"Retry-After": "-3"}, {"Retry-After": "²"}])
async def test_pauses_double_without_retry_after(
    connector: Connector, teams: FakeTeams, clock: FakeClock, header: dict[str, str]
) -> None:
    """Without a usable Retry-After the pauses double with jitter."""
    teams.plan.extend([CannedResponse(429, header)] * 3)
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert len(teams.posts) == 1
    for pause, longest in zip(clock.sleeps, (1, 2, 4), strict=True):
        assert longest / 2 <= pause <= longest


async def test_retries_are_limited(connector: Connector, teams: FakeTeams) -> None:
    """After four attempts the message returns to the relay with a retry time."""
    teams.plan.extend([CannedResponse(429, {"Retry-After": "2"})] * 10)
    with pytest.raises(RateLimited) as outcome:
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert outcome.value.retry_after_s == 2
    assert len(teams.deliveries) == MAX_TRIES
    assert teams.posts == {}


async def test_long_waits_are_left_to_the_relay(connector: Connector, teams: FakeTeams, clock: FakeClock) -> None:
    """A Retry-After of minutes is left to the relay; other conversations continue."""
    teams.plan.append(CannedResponse(429, {"Retry-After": "300"}))
    with pytest.raises(RateLimited) as outcome:
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert outcome.value.retry_after_s == 300
    clock.advance(100)
    with pytest.raises(RateLimited) as outcome:
        await connector.send(teams.service_url, f"{CHANNEL};messageid=1", CARD)
    assert outcome.value.retry_after_s == 200
    assert len(teams.deliveries) == 1
    await connector.send(teams.service_url, "19:other", CARD)
    clock.advance(200)
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert clock.sleeps == []


async def test_retry_after_is_capped_at_a_day(connector: Connector, teams: FakeTeams) -> None:
    """A Retry-After header blocks a conversation for at most one day."""
    teams.plan.append(CannedResponse(429, {"Retry-After": "9" * 400}))
    with pytest.raises(RateLimited) as outcome:
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert outcome.value.retry_after_s == 24 * 3600


AMBIGUOUS: dict[str, CannedResponse | Drop | Slow] = {
    "accepted, then cut": Drop(accepted=True),
    "cut": Drop(accepted=False),
    "too slow": Slow(1),
    **{
        f"status {status}, accepted {accepted}": CannedResponse(status, accepted=accepted)
        for status in (408, 500, 502, 503, 504)
        for accepted in (True, False)
    },
    "no id": CannedResponse(201, body=b"{}", accepted=True),
    "no body": CannedResponse(202, body=b"", accepted=True),
    "empty id": CannedResponse(201, body=b'{"id": ""}', accepted=True),
    "id as a number": CannedResponse(201, body=b'{"id": 7}', accepted=True),
    "deeply nested": CannedResponse(201, body=b"[" * 100_000, accepted=True),
    "too large": CannedResponse(201, body=b" " * (MAX_RESPONSE_BYTES + 1), accepted=True),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
@pytest.mark.parametrize("verb", ["send", "reply", "create"])
async def test_ambiguous_sends_are_never_repeated(connector: Connector, teams: FakeTeams, name: str, verb: str) -> None:
    """A send with an unknown outcome is reported as such and not repeated."""
    trouble = AMBIGUOUS[name]
    teams.plan.append(trouble)
    sends: dict[str, Callable[[], Awaitable[object]]] = {
        "send": lambda: connector.send(teams.service_url, CHANNEL, CARD),
        "reply": lambda: connector.reply_to(teams.service_url, CHANNEL, "1", CARD),
        "create": lambda: connector.create_conversation(
            teams.service_url, {"channelData": {"channel": {"id": CHANNEL}}, "activity": CARD}
        ),
    }
    with pytest.raises(Ambiguous):
        await sends[verb]()
    await asyncio.sleep(1.1 if isinstance(trouble, Slow) else 0.01)
    assert len(teams.deliveries) == 1
    assert len(teams.posts) <= 1


async def test_dropped_connections_duplicate_nothing(connector: Connector, teams: FakeTeams) -> None:
    """Of three hundred sends with dropped connections none is duplicated or lost silently."""
    plan = [
        Drop(accepted=True),
        None,
        CannedResponse(500, accepted=True),
        Drop(accepted=False),
        None,
        CannedResponse(503),
    ]
    known, unknown = 0, 0
    for n in range(300):
        if trouble := plan[n % len(plan)]:
            teams.plan.append(trouble)
        try:
            await connector.send(teams.service_url, f"19:{n % 100}", {"type": "message", "text": str(n)})
            known += 1
        except Ambiguous:
            unknown += 1
    texts = [post.activity["text"] for post in teams.posts.values()]
    assert len(texts) == len(set(texts)) == 200
    assert (known, unknown, len(teams.deliveries)) == (100, 200, 300)


async def test_failed_connection_is_unavailable(
    connector: Connector, teams: FakeTeams, token_source: TokenSource
) -> None:
    """Without a connection the message was certainly not sent and may be retried."""
    await token_source.fetch()
    with pytest.raises(Unavailable):
        await connector.send("http://127.0.0.1:1/", CHANNEL, CARD)
    assert teams.deliveries == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, Rejected), (405, Rejected), (413, Rejected), (302, Rejected), (403, Gone), (404, Gone), (410, Gone)],
)
async def test_final_responses_are_distinguished(
    connector: Connector, teams: FakeTeams, status: int, expected: type[Rejected | Gone]
) -> None:
    """A rejected message and a conversation that is gone raise different errors at once."""
    teams.plan.append(CannedResponse(status, {"Location": f"{teams.service_url}v3/conversations"}))
    with pytest.raises(expected) as outcome:
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert outcome.value.status == status
    assert len(teams.deliveries) == 1


@pytest.mark.parametrize(
    "trouble",
    [CannedResponse(429), CannedResponse(412), CannedResponse(502), CannedResponse(503), CannedResponse(504)],
    ids=str,
)
@pytest.mark.parametrize("verb", ["update", "delete"])
async def test_updates_and_deletions_are_repeated(
    connector: Connector, teams: FakeTeams, trouble: CannedResponse, verb: str
) -> None:
    """Idempotent requests are retried when Teams fails."""
    post = await connector.send(teams.service_url, CHANNEL, CARD)
    teams.plan.extend([trouble] * (MAX_TRIES - 1))
    if verb == "update":
        await connector.update(teams.service_url, CHANNEL, post, {"type": "message", "text": "new"})
        assert teams.posts[post].activity["text"] == "new"
    else:
        await connector.delete(teams.service_url, CHANNEL, post)
        assert teams.posts == {}
    assert len(teams.deliveries) == 1 + MAX_TRIES


async def test_update_after_dropped_connection_is_repeated(connector: Connector, teams: FakeTeams) -> None:
    """A dropped connection or a timeout does not prevent an update."""
    post = await connector.send(teams.service_url, CHANNEL, CARD)
    teams.plan.extend([Drop(accepted=True), Drop(accepted=False), Slow(0.7)])
    await connector.update(teams.service_url, CHANNEL, post, {"type": "message", "text": "new"})
    assert teams.posts[post].activity["text"] == "new"


@pytest.mark.parametrize(
    ("trouble", "tries"),
    [(CannedResponse(503), MAX_TRIES), (CannedResponse(500), 1), (CannedResponse(501), 1)],
    ids=str,
)
async def test_failed_updates_may_be_tried_later(
    connector: Connector, teams: FakeTeams, trouble: CannedResponse, tries: int
) -> None:
    """An update that keeps failing returns to the relay as retriable."""
    teams.plan.extend([trouble] * 10)
    with pytest.raises(Unavailable):
        await connector.update(teams.service_url, CHANNEL, "1", CARD)
    assert len(teams.deliveries) == tries


async def test_update_of_a_deleted_message_is_gone(connector: Connector, teams: FakeTeams) -> None:
    """The update of a deleted message raises Gone."""
    with pytest.raises(Gone):
        await connector.update(teams.service_url, CHANNEL, "no-such-message", CARD)
    assert len(teams.deliveries) == 1


async def test_rejected_token_is_renewed_once(connector: Connector, teams: FakeTeams) -> None:
    """If Teams rejects the token, the message is sent with a new one."""
    await connector.send(teams.service_url, CHANNEL, CARD)
    teams.accepted_tokens = {"only another"}
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert [delivery.accepted for delivery in teams.deliveries] == [True, False, True]
    assert len(teams.tokens) == 2


async def test_rejected_credentials_keep_the_message(connector: Connector, teams: FakeTeams) -> None:
    """If every token is rejected, the message stays retriable after two attempts."""
    teams.plan.extend([CannedResponse(401)] * 10)
    with pytest.raises(Unavailable):
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert len(teams.deliveries) == 2


async def test_all_pages_of_members_are_read(connector: Connector, teams: FakeTeams) -> None:
    """All pages of the members of a large channel are read."""
    teams.page_size = 100
    teams.members[CHANNEL] = [{"id": f"29:{n}", "name": f"Person {n}"} for n in range(250)]
    roster = await connector.members(teams.service_url, CHANNEL)
    assert roster.complete
    assert [member["id"] for member in roster.members] == [f"29:{n}" for n in range(250)]
    assert [delivery.query["pageSize"] for delivery in teams.deliveries] == ["500"] * 3


@pytest.mark.parametrize(("page_size", "limit", "pages"), [(500, 700, 2), (500, 500, 1), (900, 100, 1), (10, 1000, 2)])
async def test_members_are_limited(
    connector: Connector, teams: FakeTeams, page_size: int, limit: int, pages: int
) -> None:
    """The list of members stops at the limit and says that it is incomplete."""
    teams.page_size = page_size
    teams.members[CHANNEL] = [{"id": f"29:{n}"} for n in range(2000)]
    roster = await connector.members(teams.service_url, CHANNEL, limit=limit)
    assert not roster.complete
    assert len(roster.members) == min(limit, page_size * pages)
    assert len(teams.deliveries) == pages


async def test_one_member_is_found_or_gone(connector: Connector, teams: FakeTeams) -> None:
    """A member is returned with their profile; a person who is no member raises Gone."""
    teams.members[CHANNEL] = [{"id": "29:anna", "name": "Anna"}]
    teams.plan.extend([CannedResponse(503), Drop(accepted=False)])
    assert (await connector.member(teams.service_url, CHANNEL, "29:anna"))["name"] == "Anna"
    with pytest.raises(Gone):
        await connector.member(teams.service_url, CHANNEL, "29:ben")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"members": 7}', b"<html>"])
async def test_unreadable_members_are_unavailable(connector: Connector, teams: FakeTeams, body: bytes) -> None:
    """A malformed list of members is not read as an empty one."""
    teams.plan.append(CannedResponse(200, body=body))
    with pytest.raises(Unavailable):
        await connector.members(teams.service_url, CHANNEL)


async def test_logs_and_errors_hold_no_personal_data(connector: Connector, teams: FakeTeams) -> None:
    """A failure is logged with its error code, without message text, response text or token."""
    body = b'{"error": {"code": "ForbiddenOperationException", "message": "anna@acme.example is blocked"}}'
    teams.plan.extend(
        [CannedResponse(403, body=body), CannedResponse(400, body=b'{"error": {"code": "anna@acme.example"}}')]
    )
    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(SendFailed) as outcome:
                await connector.send(teams.service_url, CHANNEL, {"type": "message", "text": "secret"})
            logs.append({"event": repr(outcome.value), "log_level": "error"})
    assert logs[0]["code"] == "ForbiddenOperationException"
    for word in ("anna", "secret", "token-1", APP_PASSWORD):
        assert word not in str(logs)


async def test_failed_attempts_are_counted(connector: Connector, teams: FakeTeams, metrics: Metrics) -> None:
    """Each failed attempt is counted by its status or error."""
    teams.plan.extend(
        [CannedResponse(429, {"Retry-After": "1"}), CannedResponse(429, {"Retry-After": "1"}), Drop(accepted=True)]
    )
    with pytest.raises(Ambiguous):
        await connector.send(teams.service_url, CHANNEL, CARD)
    text = metrics.text().decode()
    assert 'kollega_platform_errors_total{error="429",platform="teams"} 2.0' in text
    assert 'kollega_platform_errors_total{error="ServerDisconnectedError",platform="teams"} 1.0' in text


async def test_cancelled_send_releases_its_connection(connector: Connector, teams: FakeTeams) -> None:
    """A cancelled send does not block a later one."""
    teams.plan.append(Slow(0.2))
    async with asyncio.TaskGroup() as group:
        send: asyncio.Task[Any] = group.create_task(connector.send(teams.service_url, CHANNEL, CARD))
        await asyncio.sleep(0.05)
        send.cancel()
    assert await connector.send(teams.service_url, CHANNEL, CARD)
