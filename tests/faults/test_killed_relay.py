"""Relays are killed over and over while messages leave to a Microsoft Teams, or a Slack, that misbehaves."""

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

from bot.app import open_application as house_opened
from services.people import Language, PlaceKind
from storage.engine import Database, open_database
from storage.tables import deliveries, events, posts
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING
from tests.chat import Account, Room
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import Answer, Drop, FakeTeams
from tests.faults import nursery, relay_process
from tests.faults.conftest import Note
from tests.faults.haste import Haste
from tests.faults.remotes import REMOTES, Arrived, Remote
from tests.faults.town import Firm, bring, found, pick
from tests.faults.waiting import until
from tests.features.conftest import settings_for

FACTOR = 40
WORKERS = 6
"""So many messages at most are in the hands of a process when it dies."""
PROCESSES = 2
"""Of a database on a server; a file is one process' own."""
LOOK_S = 0.02
LOOKS_AT_MOST = (5, 200)
CALM_S = 300
KEY = re.compile(r"[0-9a-f]{36}")


@dataclass(frozen=True, slots=True)
class Size:
    """How much leaves, and how often somebody dies meanwhile."""

    kills: int
    firms: int
    channels: int
    """Of each firm, and so many messages about each of its leads."""
    leads: int
    picks: int

    @property
    def messages(self) -> int:
        return self.firms * self.channels * self.leads


QUICK = Size(kills=5, firms=3, channels=4, leads=10, picks=2)
LONG = Size(kills=200, firms=10, channels=12, leads=100, picks=20)


def runs(quick_on: str) -> list[pytest.ParameterSet]:
    """A quick run on one database, and long ones on both."""
    long = [pytest.mark.long, pytest.mark.timeout(1200)]
    return [
        pytest.param(quick_on, QUICK, id=f"{quick_on}-quick", marks=pytest.mark.timeout(180)),
        *(pytest.param(database, LONG, id=f"{database}-long", marks=long) for database in ("sqlite", "postgres")),
    ]


@dataclass(slots=True)
class Storm:
    """Some firms, their database, and the platform that they are on."""

    size: Size
    url: str
    chance: random.Random
    haste: Haste
    remote: Remote
    database: Database
    units: SqlUnits
    killed: int = 0
    picked: list[str] = field(default_factory=list[str])

    def misbehave(self, _: str) -> Answer | Drop | None:
        """Of a hundred calls ten come too early, three fail, and six succeed without saying so."""
        drawn = self.chance.random()
        if drawn < 0.10:
            return Answer(429, {"Retry-After": str(self.chance.randint(1, 3))})
        if drawn < 0.13:
            return Answer(503)
        if drawn < 0.16:
            return Answer(500, accepted=True)
        return Drop(accepted=True) if drawn < 0.19 else None

    async def rows(self) -> list[RowMapping]:
        """Every message and update there is."""
        async with self.database.reader.connect() as connection:
            return list((await connection.execute(select(deliveries))).mappings())

    async def is_calm(self) -> bool:
        """Whether everything is done."""
        async with self.units.read() as uow:
            backlog = await uow.deliveries.backlog(uow.now)
        return backlog.unrouted + backlog.pending + backlog.sending == 0

    def has_sent(self, more: float) -> Callable[[], Awaitable[bool]]:
        """Whether so many more calls have been made since now; when nothing is left, at some later moment."""
        wanted = self.remote.calls() + more
        looks = self.chance.randint(*LOOKS_AT_MOST)

        async def is_so() -> bool:
            nonlocal looks
            looks -= 1
            return self.remote.calls() >= wanted or looks <= 0

        return is_so

    def copies(self) -> Counter[tuple[str, str]]:
        """How often each card stands in each place."""
        return Counter((one.conversation_id, shown(one)[0]) for one in self.remote.messages())


def shown(message: Arrived) -> tuple[str, str]:
    """The thing that a message is about, and the state that it shows."""
    key, _, state = message.first_line.partition(" ")
    if KEY.fullmatch(key):
        return key, state
    told = message.everything
    # A card about several lost messages names each of them, and which of them it stands for.
    found = KEY.search(told, max(told.find("'sweep'"), 0))
    assert found is not None, message
    return found.group(), ""


@asynccontextmanager
async def storm(size: Size, platform: str, url: str, chance: random.Random) -> AsyncGenerator[Storm]:
    """Everything but the relays."""
    haste = Haste.of(FACTOR)
    database = open_database(url)
    remote: Remote = REMOTES[platform](haste)
    async with remote.fake:
        made = Storm(size, url, chance, haste, remote, database, SqlUnits(database, haste, KEYRING))
        remote.misbehave(made.misbehave)
        try:
            yield made
        finally:
            await database.close()


async def fill(storm: Storm) -> dict[str, Firm]:
    """Firms whose leads have to appear in all of their channels, nothing delivered yet: the leads with their firms."""
    firms = [
        await found(storm.units, storm.remote.ground, f"firm{number}", storm.size.channels)
        for number in range(storm.size.firms)
    ]
    return {await bring(storm.units, firm, number): firm for number in range(storm.size.leads) for firm in firms}


async def rage(storm: Storm, relays: nursery.Nursery, leads: dict[str, Firm]) -> None:
    """Kill one relay or another whenever some more messages have left; its successor begins at once."""
    start = (storm.url, str(FACTOR), str(storm.haste.since_s), str(WORKERS), storm.remote.url)
    alive = [await relays.start(*start) for _ in range(1 if storm.database.is_sqlite else PROCESSES)]
    to_pick = storm.chance.sample(sorted(leads), storm.size.picks)
    for number in range(storm.size.kills):
        share = storm.chance.uniform(0.1, 1.7) * storm.size.messages / storm.size.kills
        await until(storm.has_sent(share), CALM_S, LOOK_S)
        victim = storm.chance.randrange(len(alive))
        relays.kill(alive[victim])
        assert await relays.ended(alive[victim]) == -signal.SIGKILL, "a relay has ended by itself"
        storm.killed += 1
        alive[victim] = await relays.start(*start)
        if to_pick and number % (storm.size.kills // storm.size.picks) == 0:
            storm.picked.append(to_pick.pop())
            await pick(storm.units, leads[storm.picked[-1]], storm.picked[-1])
    await until(storm.is_calm, CALM_S)


@pytest.mark.parametrize(("database_url", "size"), runs("postgres"), indirect=["database_url"])
async def test_killed_relays_leave_no_doubt_in_slack(
    size: Size, database_url: str, chance: random.Random, note: Note, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message arrives exactly once: what was on its way is looked up, and nobody is asked about it."""
    monkeypatch.chdir(tmp_path)
    async with storm(size, "slack", database_url, chance) as made, nursery.opened(relay_process.__name__) as relays:
        leads = await fill(made)
        await rage(made, relays, leads)
        assert made.killed == size.kills
        rows = await made.rows()
        counted = count(made, rows, leads)
        note(**counted)
        assert {row["state"] for row in rows if row["kind"] == "post"} == {"sent"}
        assert (counted["lost"], counted["doubled"], counted["messages"]) == (0, 0, size.messages)
        await judge_cards(made)
        await judge_files(made)


@pytest.mark.parametrize(("database_url", "size"), runs("sqlite"), indirect=["database_url"])
async def test_killed_relays_lose_nothing_and_double_nothing(
    size: Size, database_url: str, chance: random.Random, note: Note, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message arrives at most once; what may be lost is known, shown to owner and admins, and sent on demand."""
    monkeypatch.chdir(tmp_path)
    async with storm(size, "teams", database_url, chance) as made, nursery.opened(relay_process.__name__) as relays:
        leads = await fill(made)
        await rage(made, relays, leads)
        assert made.killed == size.kills
        rows = await made.rows()
        note(**count(made, rows, leads))
        judge(made, rows, leads)
        await judge_cards(made)
        await judge_files(made)
        await send_again(made, rows)


def count(storm: Storm, rows: list[RowMapping], leads: dict[str, Firm]) -> dict[str, int]:
    """What the run has done, in numbers."""
    copies = storm.copies()
    states = Counter(row["state"] for row in rows if row["kind"] == "post")
    expected = {(channel, one) for one, firm in leads.items() for channel in firm.channels}
    planned = {(row["conversation_id"], row["key"]) for row in rows}
    return {
        "kills": storm.killed,
        "messages": sum(states.values()),
        **{state: states[state] for state in ("sent", "unknown", "failed", "suppressed", "pending", "sending")},
        "updates": sum(row["kind"] == "update" for row in rows),
        "calls": storm.remote.calls(),
        "lost": len(expected - planned) + sum(copies[place(row)] != 1 for row in rows if is_sent(row)),
        "doubled": sum(number - 1 for number in copies.values()),
    }


def place(row: RowMapping) -> tuple[str, str]:
    """Where a message is to stand, and about what."""
    return row["conversation_id"], row["key"]


def is_sent(row: RowMapping) -> bool:
    """Whether the bot believes that the message stands there."""
    return row["kind"] == "post" and row["state"] == "sent"


def judge(storm: Storm, rows: list[RowMapping], leads: dict[str, Firm]) -> None:
    """Nothing missing, nothing twice, and of everything in doubt somebody was told."""
    copies = storm.copies()
    messages = [row for row in rows if row["kind"] == "post"]
    assert {place(row) for row in messages if row["view"] == "lead.card"} == {
        (channel, one) for one, firm in leads.items() for channel in firm.channels
    }
    assert max(copies.values()) == 1
    assert {row["state"] for row in messages} <= {"sent", "unknown"}
    assert [row for row in messages if row["state"] == "sent" and copies[place(row)] != 1] == []
    in_doubt = {row["sweep_id"] for row in messages if row["view"] == "lead.card" and row["state"] == "unknown"}
    told = Counter(row["key"] for row in messages if row["view"] == "delivery.unknown")
    assert in_doubt
    assert {one: told[one] for one in in_doubt} == dict.fromkeys(in_doubt, 2)


async def judge_cards(storm: Storm) -> None:
    """Each card that the bot knows of shows where its lead stands."""
    async with storm.database.reader.connect() as connection:
        known = list((await connection.execute(select(posts).where(posts.c.view == "lead.card"))).mappings())
    messages = {one.message_id: one for one in storm.remote.messages()}
    wrong = [
        row["message_id"]
        for row in known
        if shown(messages[row["message_id"]]) != (row["key"], "picked" if row["key"] in storm.picked else "open")
    ]
    assert (len(known) > 0, wrong) == (True, [])


async def judge_files(storm: Storm) -> None:
    """The database is whole, and no event was given up."""
    async with storm.database.reader.connect() as connection:
        gave_up = (await connection.execute(select(events.c.event_id).where(events.c.error != ""))).all()
        if storm.database.is_sqlite:
            assert (await connection.exec_driver_sql("PRAGMA integrity_check")).scalar_one() == "ok"
    assert gave_up == []


async def send_again(storm: Storm, rows: list[RowMapping]) -> None:
    """An owner or an admin presses the button on a card that asked and arrived, through the platform's own door."""
    teams = storm.remote.fake
    assert isinstance(teams, FakeTeams)
    teams.mood = behave
    in_doubt = {row["delivery_id"]: row for row in rows if row["state"] == "unknown" and row["view"] == "lead.card"}
    arrived = [row for row in rows if row["key"] in in_doubt and is_sent(row)]
    assert arrived, "each card that asks is itself in doubt"
    asked = arrived[0]
    # Of those that were lost together, the first one stands on the card first.
    lost = in_doubt[asked["key"]]
    name = asked["conversation_id"].removeprefix("a:29:")
    leader = Account(name, name, Language.ENGLISH, Room(asked["conversation_id"], PlaceKind.PERSONAL))
    settings = settings_for(storm.url, teams, "")
    async with (
        house_opened(settings, storm.haste) as house,
        TestServer(house.web_app) as server,
        ClientSession(server.make_url("/")) as client,
    ):
        stage = TeamsDriver(client, teams)
        button = {"delivery": lost["delivery_id"]}
        card = next(one for one in await stage.messages(leader, leader.direct) if one.button("delivery.resend", button))
        before = set(teams.posts)
        answer = await stage.press(leader, leader.direct, card.message_id, "delivery.resend", button, None)
        # The relays of the storm are still at work, and one of them sends it.
        await until(storm.is_calm, CALM_S)
    assert answer is not None
    assert "sent again" in answer
    assert [row["state"] for row in await storm.rows() if row["delivery_id"] == lost["delivery_id"]] == ["sent"]
    new = [teams.posts[one] for one in set(teams.posts) - before]
    assert [post.conversation_id for post in new] == [lost["conversation_id"]]


def behave(_: str) -> None:
    """The storm is over."""
