"""Fuzz tests of the Teams ingress: thousands of malformed activities, half of them with a valid token."""

import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession, TCPConnector
from aiohttp.test_utils import TestServer

from bot.app import open_application
from services.people import Language
from services.permissions import Role
from tests.bot.auth.forged_tokens import sign_with_public_key, tamper
from tests.builders import Clock
from tests.chat import Chat, Person
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import FakeTeams
from tests.fakes.mail_server import FakeMailServer
from tests.faults.conftest import RecordFigures
from tests.faults.fuzzing import CONCURRENCY, SIZES, UNKNOWN_ARGS, FuzzRun, check_fuzzing
from tests.faults.payload_mutation import Mutator, activity_templates
from tests.features import chat_team, command_arguments
from tests.features.conftest import PUBLIC_URL, settings_for

ACCEPTED: Final = frozenset({200, 400, 401, 403, 413, 415})
REJECTED: Final = frozenset({400, 401, 403, 413, 415})


@dataclass(slots=True, kw_only=True)
class TeamsFuzzRun(FuzzRun):
    """A fuzz run against a team in Microsoft Teams."""

    stage: TeamsDriver
    teams: FakeTeams
    templates: list[dict[str, Any]]

    async def unauthenticated(self) -> None:
        """Send an activity without a valid token."""
        rng = self.rng
        activity = self._activity(rng.choice(self.seeded.people))
        if rng.random() < 0.5:
            activity = self.mutator.mutate(activity)
        await self._send(self._forged_authorization(), self.mutator.encode(activity), REJECTED)

    async def authenticated(self) -> None:
        """Send an authenticated activity of a non-member, or a malformed one of a member."""
        rng = self.rng
        if rng.random() < 0.5:
            activity = self._activity(rng.choice(self.non_members))
            if rng.random() < 0.7:
                activity = self.mutator.mutate(activity)
                activity["from"] = self._activity(rng.choice(self.non_members))["from"]
        else:
            activity = self._activity(rng.choice(self.seeded.people))
            activity |= self._nonsense()
        await self._send(self.teams.authorization(), self.mutator.encode(activity), ACCEPTED)

    def _activity(self, person: Person) -> dict[str, Any]:
        rng, seeded = self.rng, self.seeded
        room = rng.choice((person.direct, seeded.channel))
        return self.stage.activity(person.account, room, **rng.choice(self.templates))

    def _nonsense(self) -> dict[str, Any]:
        """Return changes that no member can send: unknown commands and ids, and values of any shape."""
        rng = self.rng
        data = {"v": rng.choice((1, 2, "1")), "cmd": self.mutator.odd_value(), "args": self.mutator.odd_value()}
        unknown = {"v": 1, "cmd": rng.choice(("lead.pick", "lead.note", "member.remove")), "args": UNKNOWN_ARGS}
        action = {"type": "Action.Execute", "verb": "x", "data": rng.choice((data, unknown, self.mutator.odd_value()))}
        return rng.choice(
            (
                {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action, "trigger": "manual"}},
                {"type": "invoke", "name": self.mutator.odd_value(), "value": self.mutator.odd_value()},
                {"type": "message", "text": None, "value": rng.choice((data, unknown))},
                {"type": "message", "text": "xyzzy " + "?" * rng.randint(0, 5_000), "value": None},
                {"type": self.mutator.odd_value(), "text": "xyzzy"},
            )
        )

    def _forged_authorization(self) -> str | None:
        forgeries = (
            lambda: None,
            lambda: "Bearer " + "ab." * self.rng.randint(1, 3_000),
            lambda: self.teams.authorization(key=1),
            lambda: self.teams.authorization(kid=f"key-{self.rng.randrange(5, 99)}", key=1),
            lambda: self.teams.authorization(aud="another-bot"),
            lambda: self.teams.authorization(exp=1),
            lambda: self.teams.authorization(iss="https://login.microsoftonline.com/botframework.com/v2.0"),
            lambda: self.teams.authorization(serviceurl="https://evil.example/"),
            lambda: tamper(self.teams),
            lambda: sign_with_public_key(self.teams),
        )
        return self.rng.choice(forgeries)()

    async def _send(self, authorization: str | None, body: bytes, expected: frozenset[int]) -> None:
        headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
        async with self.chat.client.post("/api/messages", data=body, headers=headers) as response:
            await response.read()
        self.record_response(response.status, body, expected)


@asynccontextmanager
async def teams_fuzz_run(url: str, rng: random.Random) -> AsyncGenerator[TeamsFuzzRun]:
    """Run the whole bot with a fake Teams and two teams."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(FakeTeams(clock))
        mails = await stack.enter_async_context(FakeMailServer())
        app = await stack.enter_async_context(open_application(settings_for(url, teams, mails.url), clock))
        server = await stack.enter_async_context(TestServer(app.web_app))
        client = await stack.enter_async_context(
            ClientSession(server.make_url("/"), connector=TCPConnector(limit=CONCURRENCY))
        )
        stage = TeamsDriver(client, teams)
        chat = Chat(stage, app, clock, Language.ENGLISH, client, mails, PUBLIC_URL)
        roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
        seeded = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
        other_team = await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.MEMBER})
        non_members = [*other_team.people, await chat_team.user_without_team(chat, "Sara Fremd")]
        things = await command_arguments.build(seeded)
        card = next(iter(teams.posts))
        templates = activity_templates(
            {command: row.args(things) for command, row in command_arguments.ROWS.items()}, card
        )
        foreign_ids = [getattr(things, name) for name in things.__slots__ if name != "team"]
        yield TeamsFuzzRun(
            chat=chat,
            seeded=seeded,
            non_members=non_members,
            mutator=Mutator(rng, foreign_ids),
            stage=stage,
            teams=teams,
            templates=templates,
        )


@pytest.mark.parametrize("size", SIZES)
async def test_malformed_activities_break_nothing(
    size: int,
    database_url: str,
    rng: random.Random,
    record: RecordFigures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No response is a server error; without a token no command runs and no row changes, with one no other team's."""
    monkeypatch.chdir(tmp_path)
    async with teams_fuzz_run(database_url, rng) as fuzz_run:
        await check_fuzzing(fuzz_run, size, record, fuzz_run.unauthenticated, fuzz_run.authenticated)
