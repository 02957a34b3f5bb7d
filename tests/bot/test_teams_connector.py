import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.metrics import Metrics
from bot.platforms.base import Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from bot.platforms.teams_connector import MAX_ANSWER_BYTES, MAX_TRIES, Connector
from bot.platforms.teams_hosts import ServiceHosts
from bot.platforms.teams_pace import MAX_CONVERSATIONS, MAX_WAITING, READS, WRITES, Paces, Window
from bot.platforms.teams_token import TokenSource
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, Answer, Drop, FakeClock, FakeTeams, Slow

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHANNEL = "19:general@thread.tacv2"
CARD = {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive"}], "text": "ü"}


@pytest.fixture
def clock() -> FakeClock:
    """The one clock of bot, Teams and test."""
    return FakeClock(START)


@pytest.fixture
async def teams(clock: FakeClock) -> AsyncIterator[FakeTeams]:
    """Teams with its login server."""
    async with FakeTeams(clock.now) as teams:
        yield teams


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The bot's connections."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def token_source(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> TokenSource:
    """The bot's credentials."""
    return login(teams, session, clock)


@pytest.fixture
def metrics() -> Metrics:
    """What operators see."""
    return Metrics()


@pytest.fixture
def connector(
    session: aiohttp.ClientSession, token_source: TokenSource, clock: FakeClock, metrics: Metrics
) -> Connector:
    """The bot, which loses its patience with Teams after half a second."""
    return Connector(
        session,
        token_source,
        ServiceHosts(["127.0.0.1"]),
        metrics,
        clock=clock.now,
        timer=clock.timer,
        sleep=clock.sleep,
        timeout=aiohttp.ClientTimeout(total=0.5, connect=0.25),
    )


def login(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock, **changes: str) -> TokenSource:
    """Credentials that Teams knows, or others."""
    settings = {"app_id": APP_ID, "app_password": APP_PASSWORD, "tenant_id": TENANT_ID} | changes
    return TokenSource(session, teams.login_url, timer=clock.timer, **settings)


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
    reply = await connector.reply_to(teams.service_url, CHANNEL, post, {"type": "message", "text": "ok"})
    await connector.update(teams.service_url, CHANNEL, post, {"type": "message", "text": "new"})
    assert teams.posts[reply].reply_to == post
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
    teams.plan.append(Answer(status, {"Retry-After": header}))
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert [delivery.at for delivery in teams.deliveries] == [START, START + timedelta(seconds=7)]
    assert len(teams.posts) == 1
    assert clock.sleeps == [7]


@pytest.mark.parametrize("header", [{}, {"Retry-After": "soon"}, {"Retry-After": "-3"}, {"Retry-After": "²"}])
async def test_pauses_grow_where_teams_names_none(
    connector: Connector, teams: FakeTeams, clock: FakeClock, header: dict[str, str]
) -> None:
    """Without a usable time from Teams the pauses double, with some chance in them."""
    teams.plan.extend([Answer(429, header)] * 3)
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert len(teams.posts) == 1
    for pause, longest in zip(clock.sleeps, (1, 2, 4), strict=True):
        assert longest / 2 <= pause <= longest


async def test_patience_is_limited(connector: Connector, teams: FakeTeams) -> None:
    """A conversation that is put off again and again goes back to the relay after four tries, with a time."""
    teams.plan.extend([Answer(429, {"Retry-After": "2"})] * 10)
    with pytest.raises(RateLimited) as outcome:
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert outcome.value.retry_after_s == 2
    assert len(teams.deliveries) == MAX_TRIES
    assert teams.posts == {}


async def test_long_waits_are_left_to_the_relay(connector: Connector, teams: FakeTeams, clock: FakeClock) -> None:
    """Where Teams asks for minutes nobody waits here: the conversation rests that long, all others go on."""
    teams.plan.append(Answer(429, {"Retry-After": "300"}))
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
    teams.plan.append(Answer(429, {"Retry-After": "9" * 400}))
    with pytest.raises(RateLimited) as outcome:
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert outcome.value.retry_after_s == 24 * 3600


AMBIGUOUS: dict[str, Answer | Drop | Slow] = {
    "accepted, then cut": Drop(accepted=True),
    "cut": Drop(accepted=False),
    "too slow": Slow(1),
    **{
        f"status {status}, accepted {accepted}": Answer(status, accepted=accepted)
        for status in (408, 500, 502, 503, 504)
        for accepted in (True, False)
    },
    "no id": Answer(201, body=b"{}", accepted=True),
    "no body": Answer(202, body=b"", accepted=True),
    "empty id": Answer(201, body=b'{"id": ""}', accepted=True),
    "id as a number": Answer(201, body=b'{"id": 7}', accepted=True),
    "deeply nested": Answer(201, body=b"[" * 100_000, accepted=True),
    "too large": Answer(201, body=b" " * (MAX_ANSWER_BYTES + 1), accepted=True),
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
    plan = [Drop(accepted=True), None, Answer(500, accepted=True), Drop(accepted=False), None, Answer(503)]
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
    teams.plan.append(Answer(status, {"Location": f"{teams.service_url}v3/conversations"}))
    with pytest.raises(expected) as outcome:
        await connector.send(teams.service_url, CHANNEL, CARD)
    assert outcome.value.status == status
    assert len(teams.deliveries) == 1


@pytest.mark.parametrize("trouble", [Answer(429), Answer(412), Answer(502), Answer(503), Answer(504)], ids=str)
@pytest.mark.parametrize("verb", ["update", "delete"])
async def test_updates_and_deletions_are_repeated(
    connector: Connector, teams: FakeTeams, trouble: Answer, verb: str
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


@pytest.mark.parametrize(("trouble", "tries"), [(Answer(503), MAX_TRIES), (Answer(500), 1), (Answer(501), 1)], ids=str)
async def test_failed_updates_may_be_tried_later(
    connector: Connector, teams: FakeTeams, trouble: Answer, tries: int
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
    teams.plan.extend([Answer(401)] * 10)
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
    teams.plan.extend([Answer(503), Drop(accepted=False)])
    assert (await connector.member(teams.service_url, CHANNEL, "29:anna"))["name"] == "Anna"
    with pytest.raises(Gone):
        await connector.member(teams.service_url, CHANNEL, "29:ben")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"members": 7}', b"<html>"])
async def test_unreadable_members_are_unavailable(connector: Connector, teams: FakeTeams, body: bytes) -> None:
    """A list of members that makes no sense is not taken for an empty one."""
    teams.plan.append(Answer(200, body=body))
    with pytest.raises(Unavailable):
        await connector.members(teams.service_url, CHANNEL)


async def test_logs_and_errors_hold_no_personal_data(connector: Connector, teams: FakeTeams) -> None:
    """What Teams says about a failure is logged as its code, never as its sentence; tokens and texts never are."""
    body = b'{"error": {"code": "ForbiddenOperationException", "message": "anna@acme.example is blocked"}}'
    teams.plan.extend([Answer(403, body=body), Answer(400, body=b'{"error": {"code": "anna@acme.example"}}')])
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
    teams.plan.extend([Answer(429, {"Retry-After": "1"}), Answer(429, {"Retry-After": "1"}), Drop(accepted=True)])
    with pytest.raises(Ambiguous):
        await connector.send(teams.service_url, CHANNEL, CARD)
    text = metrics.text().decode()
    assert 'kollega_platform_errors_total{error="429",platform="teams"} 2.0' in text
    assert 'kollega_platform_errors_total{error="ServerDisconnectedError",platform="teams"} 1.0' in text


def held(moments: list[float], windows: tuple[Window, ...]) -> bool:
    """Whether no window of this length ever saw more than its number of calls."""
    return all(
        later - earlier >= window.seconds - 1e-6
        for window in windows
        for earlier, later in zip(moments, moments[window.calls :], strict=False)
    )


async def test_limits_of_a_conversation_are_kept(connector: Connector, teams: FakeTeams, clock: FakeClock) -> None:
    """A hundred messages to one channel leave as slowly as Teams allows, in their order."""
    for n in range(100):
        await connector.send(teams.service_url, CHANNEL, {"type": "message", "text": str(n)})
    moments = [delivery.at.timestamp() for delivery in teams.deliveries]
    assert held(moments, WRITES)
    assert [delivery.body["text"] for delivery in teams.deliveries] == [str(n) for n in range(100)]
    assert 30 <= clock.passed_s <= 45


async def test_reading_has_limits_of_its_own(connector: Connector, teams: FakeTeams) -> None:
    """Questions are counted apart from messages, with their own windows."""
    teams.members[CHANNEL] = [{"id": "29:anna"}]
    for _ in range(40):
        await connector.member(teams.service_url, CHANNEL, "29:anna")
    moments = [delivery.at.timestamp() for delivery in teams.deliveries]
    assert held(moments, READS)
    assert not held(moments, WRITES)


async def test_waiting_callers_are_limited(clock: FakeClock) -> None:
    """Callers wait in a row of limited length; who comes later is told when to come again."""
    paces = Paces((Window(100, 10),), timer=clock.timer, sleep=clock.sleep)
    callers = (paces.wait(CHANNEL) for _ in range(100 + MAX_WAITING + 20))
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, RateLimited)]
    assert outcomes.count(None) == 100 + MAX_WAITING
    assert [outcome.retry_after_s for outcome in refused] == [10] * 20


async def test_hour_limit_sends_callers_away(clock: FakeClock) -> None:
    """After 1,800 messages in an hour the conversation rests, and the caller hears for how long."""
    paces = Paces(WRITES, timer=clock.timer, sleep=clock.sleep)
    for _ in range(1800):
        await paces.wait(CHANNEL)
        clock.advance(1)
    with pytest.raises(RateLimited) as outcome:
        await paces.wait(CHANNEL)
    assert 1700 < outcome.value.retry_after_s <= 1800
    clock.advance(outcome.value.retry_after_s)
    await paces.wait(CHANNEL)


async def test_row_of_waiting_callers_keeps_every_window(clock: FakeClock) -> None:
    """However many callers wait at once, and although Teams blocks in between, no window is overrun."""
    paces = Paces(WRITES, timer=clock.timer, sleep=clock.sleep)
    moments: list[float] = []
    order: list[int] = []

    async def call(number: int) -> None:
        await paces.wait(CHANNEL)
        moments.append(clock.passed_s)
        order.append(number)
        if number == 9:
            paces.block(CHANNEL, 5)

    await asyncio.gather(*(call(number) for number in range(40)))
    assert order == list(range(40))
    assert held(moments, WRITES)
    assert max(later - earlier for earlier, later in pairwise(moments)) >= 5


async def test_cancelled_caller_leaves_the_row(clock: FakeClock) -> None:
    """Somebody who no longer waits takes no place and holds nobody up."""
    paces = Paces((Window(1, 1),), timer=clock.timer, sleep=asyncio.sleep)
    await paces.wait(CHANNEL)
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(paces.wait(CHANNEL))
        await asyncio.sleep(0.01)
        gone.cancel()
    clock.advance(1)
    await asyncio.wait_for(paces.wait(CHANNEL), 0.5)


async def test_memory_of_conversations_is_limited(clock: FakeClock) -> None:
    """The quietest conversations are forgotten, except those that Teams has blocked."""
    paces = Paces((Window(1, 1000),), timer=clock.timer, sleep=clock.sleep)
    paces.block("blocked", 10_000)
    for n in range(MAX_CONVERSATIONS):
        await paces.wait(str(n))
    await paces.wait("0")
    for name in ("blocked", str(MAX_CONVERSATIONS - 1)):
        with pytest.raises(RateLimited):
            await paces.wait(name)


async def test_token_is_kept_until_shortly_before_its_end(
    token_source: TokenSource, teams: FakeTeams, clock: FakeClock
) -> None:
    """A token serves for 55 of its 60 minutes, then the next one is fetched."""
    assert await token_source.fetch() == "token-1"
    clock.advance(3299)
    assert await token_source.fetch() == "token-1"
    clock.advance(1)
    assert await token_source.fetch() == "token-2"
    assert teams.tokens[0] == {
        "grant_type": "client_credentials",
        "client_id": APP_ID,
        "client_secret": APP_PASSWORD,
        "scope": "https://api.botframework.com/.default",
        "tenant": TENANT_ID,
    }


async def test_callers_share_one_login(token_source: TokenSource, teams: FakeTeams) -> None:
    """A fan-out of fifty messages logs in once."""
    teams.login_server = Slow(0.05)
    tokens = await asyncio.gather(*(token_source.fetch() for _ in range(50)))
    assert set(tokens) == {"token-1"}
    assert len(teams.tokens) == 1


@pytest.mark.parametrize(
    "trouble", [Answer(500), Answer(200, body=b"{}"), Answer(200, body=b"x" * 70_000)], ids=["500", "empty", "large"]
)
async def test_living_token_outlasts_the_login_server(
    token_source: TokenSource, teams: FakeTeams, clock: FakeClock, trouble: Answer
) -> None:
    """While the login server is in trouble the token is used to its end, and then messages wait."""
    await token_source.fetch()
    teams.login_server = trouble
    clock.advance(3400)
    for _ in range(20):
        assert await token_source.fetch() == "token-1"
    assert len(teams.tokens) == 2
    clock.advance(200)
    for _ in range(20):
        with pytest.raises(Unavailable):
            await token_source.fetch()
    assert len(teams.tokens) == 3
    teams.login_server = None
    clock.advance(5)
    assert await token_source.fetch() == "token-4"


async def test_wrong_password_is_told_without_it(
    teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock
) -> None:
    """Refused credentials stop the sending and stand in no log."""
    source = login(teams, session, clock, app_password="wrong-and-secret")
    with capture_logs() as logs, pytest.raises(Unavailable) as outcome:
        await source.fetch()
    assert logs
    assert "wrong-and-secret" not in f"{logs} {outcome.value!r}"


async def test_without_app_id_there_is_no_token(
    teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock
) -> None:
    """A bot without credentials writes without any, for the playground on this machine."""
    source = login(teams, session, clock, app_id="")
    connector = Connector(session, source, ServiceHosts([], loopback=True), Metrics(), clock=clock.now)
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert teams.deliveries[0].authorization is None
    assert teams.tokens == []


async def test_bot_without_tenant_uses_the_shared_one(
    teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock
) -> None:
    """A bot that is registered for all tenants logs in at the shared one."""
    await login(teams, session, clock, tenant_id="").fetch()
    assert teams.tokens[0]["tenant"] == "botframework.com"


async def test_cancelled_send_leaves_the_pool_whole(connector: Connector, teams: FakeTeams) -> None:
    """A send that is cancelled half-way holds up no later one."""
    teams.plan.append(Slow(0.2))
    async with asyncio.TaskGroup() as group:
        send: asyncio.Task[Any] = group.create_task(connector.send(teams.service_url, CHANNEL, CARD))
        await asyncio.sleep(0.05)
        send.cancel()
    assert await connector.send(teams.service_url, CHANNEL, CARD)
