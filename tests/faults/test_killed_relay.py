"""Relays are killed again and again while they send to a faulty Microsoft Teams or Slack."""

import random
import re
import signal
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy import RowMapping, select

from bot.app import open_application
from services.people import Language, PlaceKind
from storage.engine import Database, open_database
from storage.tables import deliveries, events, posts
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING
from tests.chat import Account, Room
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import CannedResponse, Drop, FakeTeams
from tests.faults import process_pool, relay_process
from tests.faults.accelerated_clock import AcceleratedClock
from tests.faults.conftest import RecordFigures
from tests.faults.fake_platforms import FAKE_PLATFORMS, FakePlatform, ReceivedMessage
from tests.faults.polling import wait_until
from tests.faults.seeded_team import SeededTeam, create_lead, pick_lead, seed_team
from tests.features.conftest import settings_for

FACTOR = 40
WORKERS = 6
"""Upper limit of messages in flight in a process that is killed."""
PROCESSES = 2
"""Relay processes on PostgreSQL; an SQLite file belongs to one process."""
POLL_S = 0.02
POLLS_MAX = (5, 200)
IDLE_TIMEOUT_S = 300
KEY = re.compile(r"[0-9a-f]{36}")


@dataclass(frozen=True, slots=True)
class Size:
    """Number of messages and of killed processes."""

    kills: int
    teams: int
    channels: int
    """Per team: each of its leads is posted to each of them."""
    leads: int
    picks: int

    @property
    def messages(self) -> int:
        return self.teams * self.channels * self.leads


QUICK = Size(kills=5, teams=3, channels=4, leads=10, picks=2)
LONG = Size(kills=200, teams=10, channels=12, leads=100, picks=20)


def runs(quick_on: str) -> list[pytest.ParameterSet]:
    """Return a quick run on one database, and long ones on both."""
    long = [pytest.mark.long, pytest.mark.timeout(1200)]
    return [
        pytest.param(quick_on, QUICK, id=f"{quick_on}-quick", marks=pytest.mark.timeout(180)),
        *(pytest.param(database, LONG, id=f"{database}-long", marks=long) for database in ("sqlite", "postgres")),
    ]


@dataclass(slots=True)
class RelayScenario:
    """Seeded teams, their database, and the fake platform that they use."""

    size: Size
    url: str
    rng: random.Random
    clock: AcceleratedClock
    platform: FakePlatform
    database: Database
    units: SqlUnits
    killed: int = 0
    picked: list[str] = field(default_factory=list[str])

    def fault_for(self, _: str) -> CannedResponse | Drop | None:
        """Of a hundred calls, rate limit ten, fail three, and accept six without a proper response."""
        chance = self.rng.random()
        if chance < 0.10:
            return CannedResponse(429, {"Retry-After": str(self.rng.randint(1, 3))})
        if chance < 0.13:
            return CannedResponse(503)
        if chance < 0.16:
            return CannedResponse(500, accepted=True)
        return Drop(accepted=True) if chance < 0.19 else None

    async def rows(self) -> list[RowMapping]:
        """Return every message and update in the outbox."""
        async with self.database.reader.connect() as connection:
            return list((await connection.execute(select(deliveries))).mappings())

    async def is_idle(self) -> bool:
        """Return whether the outbox is empty."""
        async with self.units.read() as uow:
            backlog = await uow.deliveries.count_backlog(uow.now)
        return backlog.unrouted + backlog.pending + backlog.sending == 0

    def has_sent(self, more: float) -> Callable[[], Awaitable[bool]]:
        """Return a condition: the given number of further calls was made, or a random number of polls has passed."""
        target = self.platform.calls() + more
        polls = self.rng.randint(*POLLS_MAX)

        async def is_reached() -> bool:
            nonlocal polls
            polls -= 1
            return self.platform.calls() >= target or polls <= 0

        return is_reached

    def message_counts(self) -> Counter[tuple[str, str]]:
        """Count the messages by conversation and key."""
        return Counter((message.conversation_id, key_and_state(message)[0]) for message in self.platform.messages())


def key_and_state(message: ReceivedMessage) -> tuple[str, str]:
    """Return the key that a message is about, and the state that it shows."""
    key, _, state = message.first_line.partition(" ")
    if KEY.fullmatch(key):
        return key, state
    text = message.full_text
    # A card about several lost messages names each of them, and the delivery that it stands for.
    key = KEY.search(text, max(text.find("'sweep'"), 0))
    assert key is not None, message
    return key.group(), ""


@asynccontextmanager
async def relay_scenario(size: Size, platform: str, url: str, rng: random.Random) -> AsyncGenerator[RelayScenario]:
    """Open the database and the fake platform; relays are started by the test."""
    clock = AcceleratedClock.starting_now(FACTOR)
    database = open_database(url)
    fake_platform: FakePlatform = FAKE_PLATFORMS[platform](clock)
    async with fake_platform.fake:
        scenario = RelayScenario(size, url, rng, clock, fake_platform, database, SqlUnits(database, clock, KEYRING))
        fake_platform.inject_faults(scenario.fault_for)
        try:
            yield scenario
        finally:
            await database.close()


async def create_backlog(scenario: RelayScenario) -> dict[str, SeededTeam]:
    """Create teams and leads whose messages are not delivered yet; return the leads with their teams."""
    seeded_teams = [
        await seed_team(scenario.units, scenario.platform.seed_platform, f"team{number}", scenario.size.channels)
        for number in range(scenario.size.teams)
    ]
    return {
        await create_lead(scenario.units, seeded, number): seeded
        for number in range(scenario.size.leads)
        for seeded in seeded_teams
    }


async def kill_relays(scenario: RelayScenario, relays: process_pool.ProcessPool, leads: dict[str, SeededTeam]) -> None:
    """Kill a random relay after some further messages and start another one, until all kills are done."""
    start = (scenario.url, str(FACTOR), str(scenario.clock.since_s), str(WORKERS), scenario.platform.url)
    running = [await relays.start(*start) for _ in range(1 if scenario.database.is_sqlite else PROCESSES)]
    to_pick = scenario.rng.sample(sorted(leads), scenario.size.picks)
    for number in range(scenario.size.kills):
        share = scenario.rng.uniform(0.1, 1.7) * scenario.size.messages / scenario.size.kills
        await wait_until(scenario.has_sent(share), IDLE_TIMEOUT_S, POLL_S)
        victim = scenario.rng.randrange(len(running))
        relays.kill(running[victim])
        assert await relays.wait_for_exit(running[victim]) == -signal.SIGKILL, "a relay has ended by itself"
        scenario.killed += 1
        running[victim] = await relays.start(*start)
        if to_pick and number % (scenario.size.kills // scenario.size.picks) == 0:
            scenario.picked.append(to_pick.pop())
            await pick_lead(scenario.units, leads[scenario.picked[-1]], scenario.picked[-1])
    await wait_until(scenario.is_idle, IDLE_TIMEOUT_S)


@pytest.mark.parametrize(("database_url", "size"), runs("postgres"), indirect=["database_url"])
async def test_killed_relays_send_each_slack_message_once(
    size: Size,
    database_url: str,
    rng: random.Random,
    record: RecordFigures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each message arrives in Slack exactly once: an unknown outcome is looked up, and no person is asked about it."""
    monkeypatch.chdir(tmp_path)
    async with (
        relay_scenario(size, "slack", database_url, rng) as scenario,
        process_pool.process_pool(relay_process.__name__) as relays,
    ):
        leads = await create_backlog(scenario)
        await kill_relays(scenario, relays, leads)
        assert scenario.killed == size.kills
        rows = await scenario.rows()
        figures = summarise(scenario, rows, leads)
        record(**figures)
        assert {row["state"] for row in rows if row["kind"] == "post"} == {"sent"}
        assert (figures["lost"], figures["doubled"], figures["messages"]) == (0, 0, size.messages)
        await assert_cards_current(scenario)
        await assert_database_intact(scenario)


@pytest.mark.parametrize(("database_url", "size"), runs("sqlite"), indirect=["database_url"])
async def test_killed_relays_send_no_teams_message_twice(
    size: Size,
    database_url: str,
    rng: random.Random,
    record: RecordFigures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each message arrives in Teams at most once; owner and admins are told of unknown outcomes and can resend."""
    monkeypatch.chdir(tmp_path)
    async with (
        relay_scenario(size, "teams", database_url, rng) as scenario,
        process_pool.process_pool(relay_process.__name__) as relays,
    ):
        leads = await create_backlog(scenario)
        await kill_relays(scenario, relays, leads)
        assert scenario.killed == size.kills
        rows = await scenario.rows()
        record(**summarise(scenario, rows, leads))
        assert_delivered(scenario, rows, leads)
        await assert_cards_current(scenario)
        await assert_database_intact(scenario)
        await resend_lost_message(scenario, rows)


def summarise(scenario: RelayScenario, rows: list[RowMapping], leads: dict[str, SeededTeam]) -> dict[str, int]:
    """Return the figures of the run."""
    copies = scenario.message_counts()
    states = Counter(row["state"] for row in rows if row["kind"] == "post")
    expected = {(channel, item) for item, seeded in leads.items() for channel in seeded.channels}
    planned = {(row["conversation_id"], row["key"]) for row in rows}
    return {
        "kills": scenario.killed,
        "messages": sum(states.values()),
        **{state: states[state] for state in ("sent", "unknown", "failed", "suppressed", "pending", "sending")},
        "updates": sum(row["kind"] == "update" for row in rows),
        "calls": scenario.platform.calls(),
        "lost": len(expected - planned) + sum(copies[conversation_and_key(row)] != 1 for row in rows if is_sent(row)),
        "doubled": sum(number - 1 for number in copies.values()),
    }


def conversation_and_key(row: RowMapping) -> tuple[str, str]:
    """Return the conversation and the key of a delivery."""
    return row["conversation_id"], row["key"]


def is_sent(row: RowMapping) -> bool:
    """Return whether the outbox records the message as sent."""
    return row["kind"] == "post" and row["state"] == "sent"


def assert_delivered(scenario: RelayScenario, rows: list[RowMapping], leads: dict[str, SeededTeam]) -> None:
    """Check that no message is missing or duplicated, and that every unknown outcome was reported."""
    copies = scenario.message_counts()
    messages = [row for row in rows if row["kind"] == "post"]
    assert {conversation_and_key(row) for row in messages if row["view"] == "lead.card"} == {
        (channel, item) for item, seeded in leads.items() for channel in seeded.channels
    }
    assert max(copies.values()) == 1
    assert {row["state"] for row in messages} <= {"sent", "unknown"}
    assert [row for row in messages if row["state"] == "sent" and copies[conversation_and_key(row)] != 1] == []
    unknown = {row["sweep_id"] for row in messages if row["view"] == "lead.card" and row["state"] == "unknown"}
    notices = Counter(row["key"] for row in messages if row["view"] == "delivery.unknown")
    assert unknown
    assert {item: notices[item] for item in unknown} == dict.fromkeys(unknown, 2)


async def assert_cards_current(scenario: RelayScenario) -> None:
    """Check that each posted card shows the state of its lead."""
    async with scenario.database.reader.connect() as connection:
        lead_posts = list((await connection.execute(select(posts).where(posts.c.view == "lead.card"))).mappings())
    messages = {message.message_id: message for message in scenario.platform.messages()}
    wrong = [
        row["message_id"]
        for row in lead_posts
        if key_and_state(messages[row["message_id"]])
        != (row["key"], "picked" if row["key"] in scenario.picked else "open")
    ]
    assert (len(lead_posts) > 0, wrong) == (True, [])


async def assert_database_intact(scenario: RelayScenario) -> None:
    """Check that the database is intact and that no event was given up."""
    async with scenario.database.reader.connect() as connection:
        gave_up = (await connection.execute(select(events.c.event_id).where(events.c.error != ""))).all()
        if scenario.database.is_sqlite:
            assert (await connection.exec_driver_sql("PRAGMA integrity_check")).scalar_one() == "ok"
    assert gave_up == []


async def resend_lost_message(scenario: RelayScenario, rows: list[RowMapping]) -> None:
    """Press "Send again" on a delivered notice, through the HTTP ingress, and check that one message arrives."""
    teams = scenario.platform.fake
    assert isinstance(teams, FakeTeams)
    teams.behaviour = no_fault
    unknown = {row["delivery_id"]: row for row in rows if row["state"] == "unknown" and row["view"] == "lead.card"}
    delivered = [row for row in rows if row["key"] in unknown and is_sent(row)]
    assert delivered, "every notice of an unknown delivery is itself unknown"
    notice = delivered[0]
    # Of the messages that were lost together, the notice names the first one first.
    lost_message = unknown[notice["key"]]
    name = notice["conversation_id"].removeprefix("a:29:")
    recipient = Account(name, name, Language.ENGLISH, Room(notice["conversation_id"], PlaceKind.PERSONAL))
    settings = settings_for(scenario.url, teams, "")
    async with (
        open_application(settings, scenario.clock) as app,
        TestServer(app.web_app) as server,
        ClientSession(server.make_url("/")) as client,
    ):
        stage = TeamsDriver(client, teams)
        button = {"delivery": lost_message["delivery_id"]}
        card = next(
            message
            for message in await stage.messages(recipient, recipient.direct)
            if message.button("delivery.resend", button)
        )
        before = set(teams.posts)
        response = await stage.press(recipient, recipient.direct, card.message_id, "delivery.resend", button, None)
        # The relays of the run are still running, and one of them sends it.
        await wait_until(scenario.is_idle, IDLE_TIMEOUT_S)
    assert response is not None
    assert "sent again" in response
    assert [row["state"] for row in await scenario.rows() if row["delivery_id"] == lost_message["delivery_id"]] == [
        "sent"
    ]
    new = [teams.posts[item] for item in set(teams.posts) - before]
    assert [post.conversation_id for post in new] == [lost_message["conversation_id"]]


def no_fault(_: str) -> None:
    """Inject no fault."""
