"""Leads, who sees them, and their history, in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, RowMapping

from services.lead.model import (
    Contact,
    Enquiry,
    Entry,
    Filter,
    Keys,
    Lead,
    LeadState,
    NewEntry,
    Notes,
    Offer,
    Seen,
    Sight,
    Step,
    What,
)
from services.people import TeamId, UserId
from storage import lead_history as history, lead_statements as sql
from storage.lead_search import AFTER, KNOWN_EMAILS, KNOWN_PHONES, OF_CONTACT, SEARCHES, pattern
from storage.rows import Rows

NEWEST = 2**31 - 1
KEYS_AT_ONCE = 500


class SqlLeads(Rows):
    """Implements `services.lead.store.Leads`."""

    # ---- reading ----

    async def see(self, team_id: TeamId, lead_id: str) -> Seen | None:
        rows = await self._rows(sql.SEE, _team=team_id, _lead=lead_id)
        return _seen(rows[0]) if rows else None

    async def see_number(self, team_id: TeamId, number: int) -> Seen | None:
        rows = await self._rows(sql.SEE_NUMBER, _team=team_id, _number=number)
        return _seen(rows[0]) if rows else None

    async def page(self, team_id: TeamId, user_id: UserId, kind: Filter, before: int | None) -> list[Seen]:
        values: dict[str, object] = {"_team": team_id, "_before": before or NEWEST}
        if kind is Filter.MINE:
            values["_user"] = user_id
        return [_seen(row) for row in await self._rows(sql.PAGES[kind], **values)]

    async def duplicates(self, team_id: TeamId, keys: Keys, *, but: str, marketplace_id: str | None) -> list[Seen]:
        rows = await self._rows(
            sql.DUPLICATES,
            _team=team_id,
            _email=keys.email,
            _phone=keys.phone,
            _but=but,
            _market=marketplace_id or "",
        )
        return [_seen(row) for row in rows]

    async def search(
        self, team_id: TeamId, words: Sequence[str], number: int | None, skip: int, limit: int
    ) -> list[Seen]:
        values = {f"_word{place}": pattern(word) for place, word in enumerate(words)}
        given = {"_number": number} if number is not None else {}
        statement = SEARCHES[len(words), number is not None]
        rows = await self._rows(statement, _team=team_id, _skip=skip, _limit=limit, **values, **given)
        return [_seen(row) for row in rows]

    async def of_contact(self, team_id: TeamId, keys: Keys, skip: int, limit: int) -> list[Seen]:
        values = {"_email": keys.email, "_phone": keys.phone, "_skip": skip, "_limit": limit}
        return [_seen(row) for row in await self._rows(OF_CONTACT, _team=team_id, **values)]

    async def known(self, team_id: TeamId, keys: Sequence[Keys]) -> dict[str, int]:
        emails = sorted({one.email for one in keys if one.email})
        phones = sorted({one.phone for one in keys if one.phone})
        found: dict[str, int] = {}
        for statement, wanted in ((KNOWN_EMAILS, emails), (KNOWN_PHONES, phones)):
            for start in range(0, len(wanted), KEYS_AT_ONCE):
                rows = await self._rows(statement, _team=team_id, _keys=wanted[start : start + KEYS_AT_ONCE])
                found.update({row["key"]: row["number"] for row in rows})
        return found

    async def after(self, team_id: TeamId, number: int, limit: int) -> list[Seen]:
        return [_seen(row) for row in await self._rows(AFTER, _team=team_id, _number=number, _limit=limit)]

    async def history(self, team_id: TeamId, lead_id: str, limit: int) -> list[Entry]:
        return [
            history.entry_of(row)
            for row in await self._rows(history.HISTORY, _team=team_id, _lead=lead_id, _limit=limit)
        ]

    async def last(self, team_id: TeamId, lead_id: str, whats: Sequence[What]) -> Entry | None:
        rows = await self._rows(history.LAST, _team=team_id, _lead=lead_id, _whats=list(whats), _limit=1)
        return history.entry_of(rows[0]) if rows else None

    async def notes(self, team_id: TeamId, lead_id: str, since: datetime) -> Notes | None:
        rows = await self._rows(history.NOTES, _team=team_id, _lead=lead_id, _since=since)
        return Notes(rows[0]["count"], rows[0]["user"] or "", rows[0]["at"]) if rows else None

    async def sights(self, lead_id: str) -> list[Sight]:
        return [_sight(row) for row in await self._rows(sql.SIGHTS, _lead=lead_id)]

    # ---- writing ----

    async def add(self, lead: Lead, sight: Sight) -> None:
        await self._connection.execute(sql.ADD, _lead_row(lead))
        await self.add_sights([sight], lead.created_at)

    async def add_all(self, leads: Sequence[Lead]) -> None:
        if leads:
            await self._connection.execute(sql.ADD, [_lead_row(lead) for lead in leads])

    async def record(self, entries: Sequence[NewEntry]) -> None:
        if entries:
            await self._connection.execute(history.RECORD, [history.row_of(entry) for entry in entries])

    async def pick(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        return await self._held(
            sql.PICK, _team=team_id, _lead=lead_id, _user=user_id, _now=now, _step=Step.FIRST_CONTACT
        )

    async def settle(self, team_id: TeamId, lead_id: str, now: datetime) -> None:
        await self._connection.execute(sql.SETTLE, {"_team": team_id, "_lead": lead_id, "_now": now})

    async def take(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        return await self._held(sql.TAKE, _team=team_id, _lead=lead_id, _user=user_id, _now=now)

    async def unpick(
        self, team_id: TeamId, lead_id: str, *, to: LeadState, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        return await self._held(
            sql.UNPICK, _team=team_id, _lead=lead_id, _state=to, _after=picked_after, _until=offered_until
        )

    async def unsettle(self, team_id: TeamId, lead_id: str, offer: Offer, now: datetime) -> None:
        values = {"_team": team_id, "_lead": lead_id, "_offer": offer, "_now": now}
        await self._connection.execute(sql.UNSETTLE, values)

    async def work(self, team_id: TeamId, lead_id: str, step: Step, now: datetime) -> bool:
        return await self._held(sql.STEP, _team=team_id, _lead=lead_id, _step=step, _now=now)

    async def delegate(self, team_id: TeamId, lead_id: str, was: UserId, to: UserId, now: datetime) -> bool:
        return await self._held(sql.DELEGATE, _team=team_id, _lead=lead_id, _was=was, _user=to, _now=now)

    async def close(
        self,
        team_id: TeamId,
        lead_id: str,
        state: LeadState,
        user_id: UserId,
        now: datetime,
        *,
        won_cents: int | None = None,
        reason: str = "",
    ) -> bool:
        return await self._held(
            sql.CLOSE,
            _team=team_id,
            _lead=lead_id,
            _state=state,
            _user=user_id,
            _now=now,
            _won=won_cents,
            _reason=reason,
        )

    async def give_back(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        return await self._held(
            sql.RETURN, _team=team_id, _lead=lead_id, _state=to, _after=picked_after, _until=offered_until
        )

    async def take_away(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, worked_at: datetime, offered_until: datetime | None
    ) -> bool:
        return await self._held(
            sql.STALL, _team=team_id, _lead=lead_id, _state=to, _worked=worked_at, _until=offered_until
        )

    async def put(
        self,
        team_id: TeamId,
        lead_id: str,
        was: Sequence[LeadState],
        to: LeadState,
        *,
        operator_team_id: TeamId,
        marketplace_id: str,
        offered_until: datetime | None,
    ) -> bool:
        return await self._held(
            sql.PUT,
            _team=team_id,
            _lead=lead_id,
            _was=list(was),
            _state=to,
            _operator=operator_team_id,
            _market=marketplace_id,
            _until=offered_until,
        )

    async def answer(self, team_id: TeamId, lead_id: str, fields: dict[str, str]) -> None:
        await self._connection.execute(sql.ANSWER, {"_team": team_id, "_lead": lead_id, "_fields": fields})

    async def set_offer(self, lead_id: str, team_ids: Sequence[TeamId], offer: Offer, now: datetime) -> None:
        values = {"_lead": lead_id, "_teams": list(team_ids), "_offer": offer, "_now": now}
        await self._connection.execute(sql.SET_OFFER, values)

    async def clear_offers(self, lead_id: str, now: datetime) -> None:
        await self._connection.execute(sql.CLEAR_OFFERS, {"_lead": lead_id, "_now": now})

    async def operate(self, team_id: TeamId, lead_id: str) -> bool:
        return await self._held(sql.OPERATE, _team=team_id, _lead=lead_id)

    async def add_sights(self, sights: Sequence[Sight], now: datetime) -> None:
        if sights:
            await self._connection.execute(sql.ADD_SIGHT, [_sight_row(sight, now) for sight in sights])

    async def vacate(self, team_id: TeamId, user_id: UserId) -> list[Sight]:
        emptied = [row["lead_id"] for row in await self._rows(sql.VACATE, _team=team_id, _user=user_id)]
        return [_sight(row) for row in await self._rows(sql.SIGHTS_OF, _team=team_id, _leads=emptied)]

    async def end_offers(
        self, team_id: TeamId, marketplace_id: str, picked_after: datetime, now: datetime
    ) -> list[str]:
        rows = await self._rows(sql.END_OFFERS, _team=team_id, _market=marketplace_id, _after=picked_after, _now=now)
        return sorted(row["lead_id"] for row in rows)

    # ---- the clock ----

    async def expire(self, now: datetime, limit: int) -> list[Lead]:
        return [_lead(row) for row in await self._rows(sql.EXPIRE, _now=now, _limit=limit)]

    async def remind(self, now: datetime, limit: int) -> list[Lead]:
        found: list[Lead] = []
        for days in await self._days(sql.REMINDER_DAYS):
            before = now - timedelta(days=days)
            rows = await self._rows(sql.REMIND, _now=now, _before=before, _days=days, _limit=limit - len(found))
            found += [_lead(row) for row in rows]
        return found

    async def stalled(self, now: datetime, limit: int) -> list[Lead]:
        found: list[Lead] = []
        for days in await self._days(sql.STALL_DAYS):
            before = now - timedelta(days=days)
            rows = await self._rows(sql.STALLED, _before=before, _days=days, _limit=limit - len(found))
            found += [_lead(row) for row in rows]
        return found

    async def _days(self, statement: Executable) -> list[int]:
        return sorted((await self._connection.execute(statement)).scalars())


def _lead(row: RowMapping) -> Lead:
    return Lead(
        team_id=row["team_id"],
        lead_id=row["lead_id"],
        contact=Contact(
            row["contact_name"], row["email"], row["phone"], row["company"], row["postcode"], row["country"]
        ),
        enquiry=Enquiry(
            row["title"],
            row["body"],
            row["value_cents"],
            row["currency"],
            row["source"],
            row["campaign"],
            dict(row["fields"]),
        ),
        keys=Keys(row["email_key"], row["phone_key"]),
        state=LeadState(row["state"]),
        operator_team_id=row["operator_team_id"],
        marketplace_id=row["marketplace_id"],
        offered_until=row["offered_until"],
        picked_team_id=row["picked_team_id"],
        picked_by=row["picked_by"],
        picked_at=row["picked_at"],
        responsible_id=row["responsible_id"],
        step=row["step"],
        worked_at=row["worked_at"],
        reminded_at=row["reminded_at"],
        closed_by=row["closed_by"],
        closed_at=row["closed_at"],
        won_cents=row["won_cents"],
        lost_reason=row["lost_reason"],
        created_by=row["created_by"],
        created_at=row["created_at"],
    )


def _lead_row(lead: Lead) -> dict[str, Any]:
    contact, enquiry = lead.contact, lead.enquiry
    return {
        "team_id": lead.team_id,
        "lead_id": lead.lead_id,
        "contact_name": contact.name,
        "email": contact.email,
        "email_key": lead.keys.email,
        "phone": contact.phone,
        "phone_key": lead.keys.phone,
        "company": contact.company,
        "postcode": contact.postcode,
        "country": contact.country,
        "title": enquiry.title,
        "body": enquiry.text,
        "value_cents": enquiry.value_cents,
        "currency": enquiry.currency,
        "fields": enquiry.fields,
        "source": enquiry.source,
        "campaign": enquiry.campaign,
        "search_key": f"{enquiry.title}\n{contact.company}\n{contact.name}\n{contact.postcode}".casefold(),
        "state": lead.state,
        "created_by": lead.created_by,
        "created_at": lead.created_at,
    }


def _seen(row: RowMapping) -> Seen:
    return Seen(
        lead=_lead(row),
        sight=Sight(
            team_id=row["sight_team_id"],
            lead_id=row["lead_id"],
            number=row["number"],
            giver_team_id=row["team_id"],
            gives=row["gives"],
            operates=row["operates"],
            offer=Offer(row["offer"]),
        ),
        giver=row["giver"],
        taker=row["taker"] or "",
        marketplace=row["marketplace"] or "",
        return_window_hours=row["return_window_hours"] or 0,
        responsible=row["responsible"] or "",
        picked_by=row["picked_by_name"] or "",
        closed_by=row["closed_by_name"] or "",
    )


def _sight(row: RowMapping) -> Sight:
    return Sight(
        team_id=row["team_id"],
        lead_id=row["lead_id"],
        number=row["number"],
        giver_team_id=row["giver_team_id"],
        gives=row["gives"],
        operates=row["operates"],
        offer=Offer(row["offer"]),
    )


def _sight_row(sight: Sight, now: datetime) -> dict[str, Any]:
    return {
        "team_id": sight.team_id,
        "lead_id": sight.lead_id,
        "number": sight.number,
        "giver_team_id": sight.giver_team_id,
        "gives": sight.gives,
        "operates": sight.operates,
        "offer": sight.offer,
        "changed_at": now,
    }
