"""A platform in the benchmarks: its active members, its request formats, and its fake server."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from services.people import PlaceKind
from tests.benchmarks.load_generator import Accepts
from tests.benchmarks.processes import RunningProcess

Row = dict[str, Any]

TEAMS: Final = 20
MEMBERS_PER_TEAM: Final = 50
CHANNELS: Final = 100
BROADCAST_TEAM: Final = TEAMS
"""A further team, whose cards stand in all channels."""
GROWING_TEAM: Final = TEAMS + 1
"""A further team without leads at first."""
CREATED_AT: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BARE: Final = "bare aiohttp"


@dataclass(frozen=True, slots=True)
class Person:
    """A member who sends requests."""

    team_number: int
    member_number: int

    @property
    def key(self) -> str:
        return f"person-{self.team_number}-{self.member_number}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A program that Kollega is compared with, not part of the product."""

    name: str
    arguments: tuple[str, ...]
    """Arguments of `python -m`."""
    paths: Mapping[str, str]
    """Path of each case that the program has."""
    platform: "BenchmarkPlatform | None" = None
    """Platform whose request format the program takes; None for that of the run."""


class BenchmarkPlatform(Protocol):
    """One platform."""

    name: ClassVar[str]
    path: ClassVar[str]
    accepts: ClassVar[Mapping[str, Accepts]]
    """Condition on the response in each case."""
    active_members: ClassVar[int]
    """Members of each team that send requests."""
    update_operation: ClassVar[str]
    """Key under which the fake server counts updated messages."""
    parts: ClassVar[tuple[str, ...]]
    """Parts measured on this platform; parts that do not depend on the platform are measured once."""

    @property
    def fake_server(self) -> RunningProcess:
        """The fake server that the bot calls."""
        ...

    @property
    def baselines(self) -> tuple[Baseline, ...]: ...

    @property
    def settings(self) -> Mapping[str, str]:
        """Settings of a deployment that uses the fake server."""
        ...

    def command_request(self, person: Person, number: int, text: str, path: str) -> bytes:
        """Return a request in which a person types a text in their direct chat."""
        ...

    def pick_request(self, person: Person, number: int, lead_id: str, path: str) -> bytes:
        """Return a request in which a person presses "Pick"."""
        ...

    async def record_samples(
        self, bot: RunningProcess, folder: Path, messages: Iterator[bytes], picks: Iterator[bytes]
    ) -> None:
        """Keep the bytes that the bot sends, for baselines that send nothing else; takes two requests of each kind."""
        ...

    def identity(self, person: Person) -> Row: ...

    def conversations(self, teams: Iterable[int]) -> list[Row]:
        """Return every conversation of these teams, and the broadcast channels."""
        ...

    def channel(self, number: int) -> Row:
        """Return a broadcast channel as a posted card names it."""
        ...


def team_id(team_number: int) -> str:
    """Return the id of a team."""
    return f"team-{team_number}"


def lead_id(team_number: int, number: int) -> str:
    """Return the id by which a button names the lead."""
    return f"lead-{team_number}-{number}"


def persons(teams: Iterable[int]) -> list[Person]:
    """Return all members of these teams."""
    return [Person(team_number, member_number) for team_number in teams for member_number in range(MEMBERS_PER_TEAM)]


def conversation_row(where: Row, kind: PlaceKind, name: str, team: str | None) -> Row:
    """Return a row of a conversation."""
    return {**where, "kind": kind, "name": name, "team_id": team}
