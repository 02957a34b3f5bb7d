"""Firms with people and leads, in a database and as the senders of activities."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Integer, Text, cast, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.people import PlaceKind
from storage.engine import open_database
from storage.tables import Moment, conversations, counters, identities, lead_sights, leads, members, posts, teams, users
from tests.benchmarks.wire import post
from tests.fakes.bot_connector import APP_ID, TENANT_ID

FIRMS: Final = 20
COLLEAGUES: Final = 50
CHANNELS: Final = 100
CROWD: Final = FIRMS
"""One more firm, which only the cards in all channels concern."""
GROWING: Final = FIRMS + 1
"""And one without a lead at first."""
BEGUN: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Firms:
    """The same firms wherever they are needed."""

    service_url: str
    leads_per_firm: int

    async def settle(self, url: str) -> None:
        """Put them into a migrated, empty database."""
        database = open_database(url)
        try:
            async with database.writer.begin() as connection:
                await connection.execute(insert(teams), [_team(firm) for firm in range(FIRMS + 2)])
                people = [(firm, colleague) for firm in range(FIRMS + 2) for colleague in range(COLLEAGUES)]
                await connection.execute(insert(users), [_user(*one) for one in people])
                await connection.execute(insert(members), [_member(*one) for one in people])
                await connection.execute(insert(identities), [self._identity(*one) for one in people])
                await connection.execute(insert(conversations), [self._chat(*one) for one in people])
                await connection.execute(insert(conversations), [self._channel(number) for number in range(CHANNELS)])
                for firm in range(FIRMS + 1):
                    await bring_in(connection, firm, 1, self.leads_per_firm)
        finally:
            await database.close()

    async def copy(self, url: str, lead_id: str) -> None:
        """Let a card of the lead stand in every channel."""
        database = open_database(url)
        try:
            async with database.writer.begin() as connection:
                await connection.execute(insert(posts), [self._post(lead_id, number) for number in range(CHANNELS)])
        finally:
            await database.close()

    def messages(self, text: str, headers: Row, path: str, firms: Sequence[int] = range(FIRMS)) -> Iterator[bytes]:
        """Requests without end: somebody types something in his own chat, everybody in turn."""
        for number, (firm, colleague) in _turns(firms):
            activity = {**self._activity(firm, colleague, f"typed-{number}"), "type": "message", "text": text}
            yield post(path, json.dumps(activity).encode(), headers)

    def picks(self, headers: Row, path: str, first: int = 1) -> Iterator[bytes]:
        """Requests until there is no open lead any more: each picks another one, the firms in turn."""
        for number, (firm, colleague) in _turns():
            lead = first + number // FIRMS
            if lead > self.leads_per_firm:
                return
            yield post(path, json.dumps(self.click(firm, colleague, lead_id(firm, lead))).encode(), headers)

    def click(self, firm: int, colleague: int, lead: str) -> Row:
        """Somebody presses "Pick"."""
        data = {"v": 1, "cmd": "lead.pick", "args": {"lead": lead}}
        return {
            **self._activity(firm, colleague, f"pressed-{lead}"),
            "type": "invoke",
            "name": "adaptiveCard/action",
            "replyToId": "card-1",
            "value": {"action": {"type": "Action.Execute", "verb": "lead.pick", "data": data}, "trigger": "manual"},
        }

    def _activity(self, firm: int, colleague: int, activity_id: str) -> Row:
        key = _key(firm, colleague)
        return {
            "id": activity_id,
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "timestamp": "2026-11-23T09:00:00.000Z",
            "locale": "de-DE",
            "from": {"id": f"29:{key}", "name": f"Person {key}", "aadObjectId": key},
            "recipient": {"id": f"28:{APP_ID}", "name": "Kollega"},
            "conversation": {"id": f"a:{key}", "tenantId": TENANT_ID, "conversationType": "personal"},
            "channelData": {"tenant": {"id": TENANT_ID}},
            "entities": [{"type": "clientInfo", "locale": "de-DE", "country": "DE", "timezone": "Europe/Berlin"}],
        }

    def _reference(self) -> Row:
        return {"serviceUrl": self.service_url, "tenant": TENANT_ID, "bot": f"28:{APP_ID}"}

    def _identity(self, firm: int, colleague: int) -> Row:
        key = _key(firm, colleague)
        return {
            "platform": "teams",
            "tenant": TENANT_ID,
            "platform_user_id": key,
            "user_id": key,
            "reference": {**self._reference(), "user": f"29:{key}"},
            "direct_conversation_id": f"a:{key}",
        }

    def _chat(self, firm: int, colleague: int) -> Row:
        key = _key(firm, colleague)
        reference = {**self._reference(), "user": f"29:{key}"}
        return _place(f"a:{key}", PlaceKind.PERSONAL, "", reference, None)

    def _channel(self, number: int) -> Row:
        return _place(_channel_id(number), PlaceKind.CHANNEL, f"Vertrieb {number}", self._reference(), _team_id(CROWD))

    def _post(self, lead: str, number: int) -> Row:
        return {
            "team_id": _team_id(CROWD),
            "post_id": f"{lead}-{number}",
            "view": "lead.card",
            "key": lead,
            "platform": "teams",
            "tenant": TENANT_ID,
            "conversation_id": _channel_id(number),
            "message_id": f"{lead}-{number}",
            "reference": self._reference(),
            "params": {},
            "posted_at": BEGUN,
        }


async def bring_in(connection: AsyncConnection, firm: int, first: int, last: int) -> None:
    """Open leads of a firm under these numbers, made by the database itself: a million take no longer than needed."""
    numbers = select(literal(first, Integer).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < last))
    number = cast(numbers.c.number, Text)
    team, begun = literal(_team_id(firm), Text), literal(BEGUN, Moment)
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
        "created_by": literal(_key(firm, 0), Text),
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
        await connection.execute(insert(counters), {"team_id": _team_id(firm), "kind": "lead", "last": last})


def lead_id(firm: int, number: int) -> str:
    """By what a button names the lead."""
    return f"lead-{firm}-{number}"


def _turns(firms: Sequence[int] = range(FIRMS)) -> Iterator[tuple[int, tuple[int, int]]]:
    people = cycle((firm, colleague) for colleague in range(COLLEAGUES) for firm in firms)
    return zip(count(), people, strict=False)


def _key(firm: int, colleague: int) -> str:
    return f"person-{firm}-{colleague}"


def _team_id(firm: int) -> str:
    return f"firm-{firm}"


def _channel_id(number: int) -> str:
    return f"19:sales-{number}@thread.tacv2"


def _team(firm: int) -> Row:
    return {
        "team_id": _team_id(firm),
        "name": f"Solarhaus {firm} GmbH",
        "plan": "free",
        "language": "de",
        "zone": "Europe/Berlin",
        "created_by": _key(firm, 0),
        "created_at": BEGUN,
    }


def _user(firm: int, colleague: int) -> Row:
    key = _key(firm, colleague)
    return {
        "user_id": key,
        "name": f"Person {key}",
        "language": "de" if colleague % 2 else "en",
        "zone": "Europe/Berlin",
        "created_at": BEGUN,
    }


def _member(firm: int, colleague: int) -> Row:
    role = "member" if colleague else "owner"
    return {"team_id": _team_id(firm), "user_id": _key(firm, colleague), "role": role, "joined_at": BEGUN}


def _place(conversation_id: str, kind: PlaceKind, name: str, reference: Row, team_id: str | None) -> Row:
    return {
        "platform": "teams",
        "tenant": TENANT_ID,
        "conversation_id": conversation_id,
        "kind": kind,
        "name": name,
        "reference": reference,
        "team_id": team_id,
    }
