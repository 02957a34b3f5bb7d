"""Teams, members and leads of the benchmarks, as rows and as senders of requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import Final

from sqlalchemy import JSON, Boolean, Integer, Text, cast, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import open_database
from storage.tables import Moment, conversations, counters, identities, lead_sights, leads, members, posts, teams, users
from tests.benchmarks.platforms import (
    BROADCAST_TEAM,
    CHANNELS,
    CREATED_AT,
    TEAMS,
    BenchmarkPlatform,
    Person,
    Row,
    lead_id,
    persons,
    team_id,
)

ALL: Final = range(TEAMS + 2)


@dataclass(frozen=True, slots=True)
class SeededTeams:
    """The same seeded teams for every database and load."""

    platform: BenchmarkPlatform
    leads_per_team: int

    async def insert(self, url: str) -> None:
        """Insert the teams into a migrated, empty database."""
        database = open_database(url)
        try:
            async with database.writer.begin() as connection:
                await connection.execute(insert(teams), [_team(team_number) for team_number in ALL])
                members_of_all = persons(ALL)
                await connection.execute(insert(users), [_user(item) for item in members_of_all])
                await connection.execute(insert(members), [_member(item) for item in members_of_all])
                await connection.execute(insert(identities), [self.platform.identity(item) for item in members_of_all])
                await connection.execute(insert(conversations), self.platform.conversations(ALL))
                for team_number in range(TEAMS + 1):
                    await insert_leads(connection, team_number, 1, self.leads_per_team)
        finally:
            await database.close()

    async def copy(self, url: str, lead: str) -> None:
        """Insert a posted card of the lead for every channel."""
        database = open_database(url)
        try:
            async with database.writer.begin() as connection:
                await connection.execute(insert(posts), [self._post(lead, number) for number in range(CHANNELS)])
        finally:
            await database.close()

    def messages(self, text: str, path: str, teams: Sequence[int] = range(TEAMS)) -> Iterator[bytes]:
        """Yield requests without end: members in turn type a text in their direct chats."""
        for number, person in self._persons_in_turn(teams):
            yield self.platform.command_request(person, number, text, path)

    def picks(self, path: str, first: int = 1) -> Iterator[bytes]:
        """Yield requests until no open lead is left: each picks another lead, the teams in turn."""
        for number, person in self._persons_in_turn(range(TEAMS)):
            lead = first + number // TEAMS
            if lead > self.leads_per_team:
                return
            yield self.platform.pick_request(person, number, lead_id(person.team_number, lead), path)

    def _persons_in_turn(self, teams: Sequence[int]) -> Iterator[tuple[int, Person]]:
        in_turn = cycle(
            Person(team_number, member_number)
            for member_number in range(self.platform.active_members)
            for team_number in teams
        )
        return zip(count(), in_turn, strict=False)

    def _post(self, lead: str, number: int) -> Row:
        return {
            **self.platform.channel(number),
            "team_id": team_id(BROADCAST_TEAM),
            "post_id": f"{lead}-{number}",
            "view": "lead.card",
            "key": lead,
            "message_id": f"{lead}-{number}",
            "params": {},
            "posted_at": CREATED_AT,
        }


async def insert_leads(connection: AsyncConnection, team_number: int, first: int, last: int) -> None:
    """Insert open leads of a team by one SQL statement, since a million rows take too long from Python."""
    numbers = select(literal(first, Integer).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < last))
    number = cast(numbers.c.number, Text)
    team, created_at = literal(team_id(team_number), Text), literal(CREATED_AT, Moment)
    columns = {
        "team_id": team,
        "lead_id": literal(f"lead-{team_number}-", Text) + number,
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
        "created_by": literal(Person(team_number, 0).key, Text),
        "created_at": created_at,
    }
    visibility = {
        "team_id": team,
        "lead_id": columns["lead_id"],
        "number": numbers.c.number,
        "giver_team_id": team,
        "gives": literal(True, Boolean),
        "operates": literal(False, Boolean),
        "offer": literal("open", Text),
        "changed_at": created_at,
    }
    for table, values in ((leads, columns), (lead_sights, visibility)):
        source = select(*(value.label(name) for name, value in values.items())).select_from(numbers)
        await connection.execute(insert(table).from_select(list(values), source))
    if first == 1:
        await connection.execute(insert(counters), {"team_id": team_id(team_number), "kind": "lead", "last": last})


def _team(team_number: int) -> Row:
    return {
        "team_id": team_id(team_number),
        "name": f"Solarhaus {team_number} GmbH",
        "plan": "free",
        "language": "de",
        "zone": "Europe/Berlin",
        "created_by": Person(team_number, 0).key,
        "created_at": CREATED_AT,
    }


def _user(person: Person) -> Row:
    return {
        "user_id": person.key,
        "name": f"Person {person.key}",
        "language": "de" if person.member_number % 2 else "en",
        "zone": "Europe/Berlin",
        "created_at": CREATED_AT,
    }


def _member(person: Person) -> Row:
    role = "member" if person.member_number else "owner"
    return {"team_id": team_id(person.team_number), "user_id": person.key, "role": role, "joined_at": CREATED_AT}
