"""What the bot sends to Teams: never doubled, never lost unsaid, patient for a limited time."""

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
    """Many messages take one token and one connection, and arrive as they are."""
    ids = [await connector.send(teams.service_url, f"19:{n}", CARD) for n in range(20)]
    assert len(set(ids)) == 20
    assert [teams.posts[i].activity for i in ids] == [CARD] * 20
    assert {delivery.authorization for delivery in teams.deliveries} == {"Bearer token-1"}
    assert len({delivery.connection for delivery in teams.deliveries}) == 1
    assert [token["tenant"] for token in teams.tokens] == [TENANT_ID]


async def test_a_message_is_answered_changed_and_deleted(connector: Connector, teams: FakeTeams) -> None:
    """A posted message can be answered, replaced and taken back."""
    post = await connector.send(teams.service_url, CHANNEL, CARD)
    response_id = await connector.reply_to(teams.service_url, CHANNEL, post, {"type": "message", "text": "ok"})
    await connector.update(teams.service_url, CHANNEL, post, {"type": "message", "text": "new"})
    assert teams.posts[response_id].reply_to == post
    assert teams.posts[post].activity == {"type": "message", "text": "new"}
    await connector.delete(teams.service_url, CHANNEL, post)
    assert post not in teams.posts


async def test_conversations_are_opened(connector: Connector, teams: FakeTeams) -> None:
    """A direct chat has no first message, a channel thread has one."""
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
    """Whatever an id contains, it names one conversation and no other address."""
    message = await connector.send(teams.service_url, odd, CARD)
    assert teams.posts[message].conversation_id == odd


@pytest.mark.parametrize("odd", ["", ".", "..", "x" * 1025])
async def test_impossible_ids_are_rejected_here(connector: Connector, teams: FakeTeams, odd: str) -> None:
    """An id that would leave its place in the address never reaches the wire."""
    with pytest.raises(Rejected):
        await connector.update(teams.service_url, CHANNEL, odd, CARD)
    with pytest.raises(Rejected):
        await connector.send(teams.service_url, odd, CARD)
    assert teams.deliveries == []


@pytest.mark.parametrize("url", ["https://evil.example/", "http://smba.trafficmanager.net/", "http://10.0.0.1/", ""])
async def test_token_goes_to_no_foreign_host(connector: Connector, teams: FakeTeams, url: str) -> None:
    """A stored service URL that is not on the list gets neither message nor token."""
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
    """A message that Teams puts off is sent again not a moment before the time that Teams named, and once."""
    teams.plan.append(CannedResponse(status, {"Retry-After": header}))
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert [delivery.received_at for delivery in teams.deliveries] == [START, START + timedelta(seconds=7)]
    assert len(teams.posts) == 1
    assert clock.sleeps == [7]


@pytest.mark.parametrize("header", [{}, {"Retry-After": "soon"}, {"Retry-After": "-3"}, {"Retry-After": "²"}])
async def test_pauses_grow_where_teams_names_none(
    connector: Connector, teams: FakeTeams, clock: FakeClock, header: dict[str, str]
) -> None:
    """Without a usable time from Teams the pauses double, with some chance in them."""
    teams.plan.extend([CannedResponse(429, header)] * 3)
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert len(teams.posts) == 1
    for pause, longest in zip(clock.sleeps, (1, 2, 4), strict=True):
        assert longest / 2 <= pause <= longest


async def test_patience_is_limited(connector: Connector, teams: FakeTeams) -> None:
    """A conversation that is put off again and again goes back to the relay after four tries, with a time."""
    teams.plan.extend([CannedResponse(429, {"Retry-After": "2"})] * 10)
    with pytest.raises(RateLimited) as outcome:
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert outcome.value.retry_after_s == 2
    assert len(teams.deliveries) == MAX_TRIES
    assert teams.posts == {}


async def test_long_waits_are_left_to_the_relay(connector: Connector, teams: FakeTeams, clock: FakeClock) -> None:
    """Where Teams asks for minutes nobody waits here: the conversation rests that long, all others go on."""
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


async def test_absurd_waits_end_after_a_day(connector: Connector, teams: FakeTeams) -> None:
    """No number in a header silences a conversation for longer than a day."""
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
    """Where it is unknown whether Teams took a message, the bot says so and sends it no second time."""
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


async def test_storm_of_dropped_connections_doubles_nothing(connector: Connector, teams: FakeTeams) -> None:
    """Of three hundred sends with cut connections in between, none arrives twice and none is lost unnoticed."""
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


async def test_unreachable_teams_is_no_ambiguity(
    connector: Connector, teams: FakeTeams, token_source: TokenSource
) -> None:
    """If no connection came about, the message is certainly not there, and may be sent later."""
    await token_source.fetch()
    with pytest.raises(Unavailable):
        await connector.send("http://127.0.0.1:1/", CHANNEL, CARD)
    assert teams.deliveries == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, Rejected), (405, Rejected), (413, Rejected), (302, Rejected), (403, Gone), (404, Gone), (410, Gone)],
)
async def test_final_answers_are_told_apart(
    connector: Connector, teams: FakeTeams, status: int, expected: type[Rejected | Gone]
) -> None:
    """A message that Teams refuses, and a place that is gone for the bot, are reported at once, each as what it is."""
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
    """What is harmless to repeat is repeated when Teams stumbles."""
    post = await connector.send(teams.service_url, CHANNEL, CARD)
    teams.plan.extend([trouble] * (MAX_TRIES - 1))
    if verb == "update":
        await connector.update(teams.service_url, CHANNEL, post, {"type": "message", "text": "new"})
        assert teams.posts[post].activity["text"] == "new"
    else:
        await connector.delete(teams.service_url, CHANNEL, post)
        assert teams.posts == {}
    assert len(teams.deliveries) == 1 + MAX_TRIES


async def test_update_over_a_broken_line_is_repeated(connector: Connector, teams: FakeTeams) -> None:
    """A cut connection or a silent Teams does not keep an update from arriving."""
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
    """An update that keeps failing goes back to the relay as one that may be repeated."""
    teams.plan.extend([trouble] * 10)
    with pytest.raises(Unavailable):
        await connector.update(teams.service_url, CHANNEL, "1", CARD)
    assert len(teams.deliveries) == tries


async def test_update_of_a_deleted_message_is_gone(connector: Connector, teams: FakeTeams) -> None:
    """Nobody goes on updating a message that a person has deleted."""
    with pytest.raises(Gone):
        await connector.update(teams.service_url, CHANNEL, "no-such-message", CARD)
    assert len(teams.deliveries) == 1


async def test_withdrawn_token_costs_one_more_try(connector: Connector, teams: FakeTeams) -> None:
    """If Teams no longer takes the token, the message goes out with a new one."""
    await connector.send(teams.service_url, CHANNEL, CARD)
    teams.accepted_tokens = {"only another"}
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert [delivery.accepted for delivery in teams.deliveries] == [True, False, True]
    assert len(teams.tokens) == 2


async def test_refused_credentials_are_no_fault_of_the_message(connector: Connector, teams: FakeTeams) -> None:
    """A bot whose every token is refused keeps its messages for later, after two tries."""
    teams.plan.extend([CannedResponse(401)] * 10)
    with pytest.raises(Unavailable):
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert len(teams.deliveries) == 2


async def test_members_come_page_by_page(connector: Connector, teams: FakeTeams) -> None:
    """All pages of a large channel are read."""
    teams.page_size = 100
    teams.members[CHANNEL] = [{"id": f"29:{n}", "name": f"Person {n}"} for n in range(250)]
    roster = await connector.members(teams.service_url, CHANNEL)
    assert roster.complete
    assert [member["id"] for member in roster.members] == [f"29:{n}" for n in range(250)]
    assert [delivery.query["pageSize"] for delivery in teams.deliveries] == ["500"] * 3


@pytest.mark.parametrize(("page_size", "limit", "pages"), [(500, 700, 2), (500, 500, 1), (900, 100, 1), (10, 1000, 2)])
async def test_members_end_at_the_limit(
    connector: Connector, teams: FakeTeams, page_size: int, limit: int, pages: int
) -> None:
    """Nobody reads a whole company by accident: beyond the limit the list says that it is not complete."""
    teams.page_size = page_size
    teams.members[CHANNEL] = [{"id": f"29:{n}"} for n in range(2000)]
    roster = await connector.members(teams.service_url, CHANNEL, limit=limit)
    assert not roster.complete
    assert len(roster.members) == min(limit, page_size * pages)
    assert len(teams.deliveries) == pages


async def test_one_member_is_found_or_gone(connector: Connector, teams: FakeTeams) -> None:
    """A person in the conversation is described, one who is not in it is gone."""
    teams.members[CHANNEL] = [{"id": "29:anna", "name": "Anna"}]
    teams.plan.extend([CannedResponse(503), Drop(accepted=False)])
    assert (await connector.member(teams.service_url, CHANNEL, "29:anna"))["name"] == "Anna"
    with pytest.raises(Gone):
        await connector.member(teams.service_url, CHANNEL, "29:ben")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"members": 7}', b"<html>"])
async def test_unreadable_members_are_unavailable(connector: Connector, teams: FakeTeams, body: bytes) -> None:
    """A list of members that makes no sense is not taken for an empty one."""
    teams.plan.append(CannedResponse(200, body=body))
    with pytest.raises(Unavailable):
        await connector.members(teams.service_url, CHANNEL)


async def test_logs_and_errors_hold_no_personal_data(connector: Connector, teams: FakeTeams) -> None:
    """What Teams says about a failure is logged as its code, never as its sentence; tokens and texts never are."""
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


async def test_operators_see_what_teams_answers(connector: Connector, teams: FakeTeams, metrics: Metrics) -> None:
    """Every failed try is counted by its status, or by what broke."""
    teams.plan.extend(
        [CannedResponse(429, {"Retry-After": "1"}), CannedResponse(429, {"Retry-After": "1"}), Drop(accepted=True)]
    )
    with pytest.raises(Ambiguous):
        await connector.send(teams.service_url, CHANNEL, CARD)
    text = metrics.text().decode()
    assert 'kollega_platform_errors_total{error="429",platform="teams"} 2.0' in text
    assert 'kollega_platform_errors_total{error="ServerDisconnectedError",platform="teams"} 1.0' in text


async def test_cancelled_send_leaves_the_pool_whole(connector: Connector, teams: FakeTeams) -> None:
    """A send that is cancelled half-way holds up no later one."""
    teams.plan.append(Slow(0.2))
    async with asyncio.TaskGroup() as group:
        send: asyncio.Task[Any] = group.create_task(connector.send(teams.service_url, CHANNEL, CARD))
        await asyncio.sleep(0.05)
        send.cancel()
    assert await connector.send(teams.service_url, CHANNEL, CARD)
