"""A platform as the measurements see it: who speaks there, how requests travel, and what stands around the bot."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from services.people import PlaceKind
from tests.benchmarks.processes import Running
from tests.benchmarks.wire import Accepts

Row = dict[str, Any]

FIRMS: Final = 20
COLLEAGUES: Final = 50
CHANNELS: Final = 100
CROWD: Final = FIRMS
"""One more firm, which only the cards in all channels concern."""
GROWING: Final = FIRMS + 1
"""And one without a lead at first."""
BEGUN: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BARE: Final = "bare aiohttp"


@dataclass(frozen=True, slots=True)
class Person:
    """One of those who speak."""

    firm: int
    colleague: int

    @property
    def key(self) -> str:
        return f"person-{self.firm}-{self.colleague}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A program beside ours, no part of the product."""

    name: str
    arguments: tuple[str, ...]
    """Of `python -m`."""
    paths: Mapping[str, str]
    """Where each case goes, as far as the program has it."""
    side: "Side | None" = None
    """As whom people speak to it, when not as to ours."""


class Side(Protocol):
    """One platform."""

    name: ClassVar[str]
    path: ClassVar[str]
    accepts: ClassVar[Mapping[str, Accepts]]
    """What must be answered in each case."""
    speakers: ClassVar[int]
    """How many of each firm speak."""
    change: ClassVar[str]
    """What the far end counts a changed message under."""
    parts: ClassVar[tuple[str, ...]]
    """What is measured here; what is the same everywhere is measured once."""

    @property
    def far(self) -> Running:
        """What stands around the bot."""
        ...

    @property
    def baselines(self) -> tuple[Baseline, ...]: ...

    @property
    def settings(self) -> Mapping[str, str]:
        """Of a deployment that speaks to this far end."""
        ...

    def typed(self, person: Person, number: int, text: str, path: str) -> bytes:
        """A request: somebody types something in his own chat."""
        ...

    def pressed(self, person: Person, number: int, lead_id: str, path: str) -> bytes:
        """A request: somebody presses "Pick"."""
        ...

    async def rehearse(self, bot: Running, folder: Path, messages: Iterator[bytes], picks: Iterator[bytes]) -> None:
        """Keep the very bytes that the bot sends, for the baselines that send nothing else; two requests of each."""
        ...

    def identity(self, person: Person) -> Row: ...

    def places(self, firms: Iterable[int]) -> list[Row]:
        """Every conversation of these firms, and the channels of the crowd."""
        ...

    def channel(self, number: int) -> Row:
        """Where a channel of the crowd is found, as a posted card names it."""
        ...


def team_id(firm: int) -> str:
    """Of a firm."""
    return f"firm-{firm}"


def lead_id(firm: int, number: int) -> str:
    """By what a button names the lead."""
    return f"lead-{firm}-{number}"


def people(firms: Iterable[int]) -> list[Person]:
    """Everybody in these firms."""
    return [Person(firm, colleague) for firm in firms for colleague in range(COLLEAGUES)]


def place(where: Row, kind: PlaceKind, name: str, team: str | None) -> Row:
    """A row of a conversation."""
    return {**where, "kind": kind, "name": name, "team_id": team}
