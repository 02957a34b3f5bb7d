"""Firms with people and leads, in a database and as those who send requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import Final

from sqlalchemy import JSON, Boolean, Integer, Text, cast, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import open_database
from storage.tables import Moment, conversations, counters, identities, lead_sights, leads, members, posts, teams, users
from tests.benchmarks.sides import (
    BEGUN,
    CHANNELS,
    CROWD,
    FIRMS,
    Person,
    Row,
    Side,
    lead_id,
    people,
    team_id,
)

ALL: Final = range(FIRMS + 2)


@dataclass(frozen=True, slots=True)
class Firms:
    """The same firms wherever they are needed."""

    side: Side
    leads_per_firm: int

    async def settle(self, url: str) -> None:
        """Put them into a migrated, empty database."""
        database = open_database(url)
        try:
            async with database.writer.begin() as connection:
                await connection.execute(insert(teams), [_team(firm) for firm in ALL])
                everybody = people(ALL)
                await connection.execute(insert(users), [_user(one) for one in everybody])
                await connection.execute(insert(members), [_member(one) for one in everybody])
                await connection.execute(insert(identities), [self.side.identity(one) for one in everybody])
                await connection.execute(insert(conversations), self.side.places(ALL))
                for firm in range(FIRMS + 1):
                    await bring_in(connection, firm, 1, self.leads_per_firm)
        finally:
            await database.close()

    async def copy(self, url: str, lead: str) -> None:
        """Let a card of the lead stand in every channel."""
        database = open_database(url)
        try:
            async with database.writer.begin() as connection:
                await connection.execute(insert(posts), [self._post(lead, number) for number in range(CHANNELS)])
        finally:
            await database.close()

    def messages(self, text: str, path: str, firms: Sequence[int] = range(FIRMS)) -> Iterator[bytes]:
        """Requests without end: somebody types something in his own chat, everybody in turn."""
        for number, person in self._turns(firms):
            yield self.side.typed(person, number, text, path)

    def picks(self, path: str, first: int = 1) -> Iterator[bytes]:
        """Requests until there is no open lead any more: each picks another one, the firms in turn."""
        for number, person in self._turns(range(FIRMS)):
            lead = first + number // FIRMS
            if lead > self.leads_per_firm:
                return
            yield self.side.pressed(person, number, lead_id(person.firm, lead), path)

    def _turns(self, firms: Sequence[int]) -> Iterator[tuple[int, Person]]:
        everybody = cycle(Person(firm, colleague) for colleague in range(self.side.speakers) for firm in firms)
        return zip(count(), everybody, strict=False)

    def _post(self, lead: str, number: int) -> Row:
        return {
            **self.side.channel(number),
            "team_id": team_id(CROWD),
            "post_id": f"{lead}-{number}",
            "view": "lead.card",
            "key": lead,
            "message_id": f"{lead}-{number}",
            "params": {},
            "posted_at": BEGUN,
        }


async def bring_in(connection: AsyncConnection, firm: int, first: int, last: int) -> None:
    """Open leads of a firm under these numbers, made by the database itself: a million take no longer than needed."""
    numbers = select(literal(first, Integer).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < last))
    number = cast(numbers.c.number, Text)
    team, begun = literal(team_id(firm), Text), literal(BEGUN, Moment)
    made = {
        "team_id": team,
        "lead_id": literal(f"lead-{firm}-", Text) + number,
        "contact_name": literal("E. Schneider ", Text) + number,
        "email": literal("e.schneider.", Text) + number + "@posteo.example",
        "email_key": literal("e.schneider.", Text) + number + "@posteo.example",
        "phone": literal("+49 711 ", Text) + number,
        "phone_key": literal("+49711", Text) + number,
        "company": literal("Schneider & Kinder", Text),
        "postcode": literal("70173", Text),
        "country": literal("DE", Text),
        "title": literal("Dachsanierung, 120 m²", Text),
        "body": literal("Wir suchen ein Angebot für ein Walmdach, Baujahr 1974, noch in diesem Jahr.", Text),
        "value_cents": literal(1_850_000, Integer),
        "fields": literal({}, JSON),
        "source": literal("Messe Stuttgart", Text),
        "state": literal("open", Text),
        "created_by": literal(Person(firm, 0).key, Text),
        "created_at": begun,
    }
    seen = {
        "team_id": team,
        "lead_id": made["lead_id"],
        "number": numbers.c.number,
        "giver_team_id": team,
        "gives": literal(True, Boolean),
        "operates": literal(False, Boolean),
        "offer": literal("open", Text),
        "changed_at": begun,
    }
    for table, columns in ((leads, made), (lead_sights, seen)):
        source = select(*(value.label(name) for name, value in columns.items())).select_from(numbers)
        await connection.execute(insert(table).from_select(list(columns), source))
    if first == 1:
        await connection.execute(insert(counters), {"team_id": team_id(firm), "kind": "lead", "last": last})


def _team(firm: int) -> Row:
    return {
        "team_id": team_id(firm),
        "name": f"Solarhaus {firm} GmbH",
        "plan": "free",
        "language": "de",
        "zone": "Europe/Berlin",
        "created_by": Person(firm, 0).key,
        "created_at": BEGUN,
    }


def _user(person: Person) -> Row:
    return {
        "user_id": person.key,
        "name": f"Person {person.key}",
        "language": "de" if person.colleague % 2 else "en",
        "zone": "Europe/Berlin",
        "created_at": BEGUN,
    }


def _member(person: Person) -> Row:
    role = "member" if person.colleague else "owner"
    return {"team_id": team_id(person.firm), "user_id": person.key, "role": role, "joined_at": BEGUN}
