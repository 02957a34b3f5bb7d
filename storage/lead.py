"""Leads, who sees them, and their history, in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.lead.model import (
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
from storage import lead_history as history, lead_statements as sql, tables
from storage.lead_search import AFTER, KNOWN_EMAILS, KNOWN_PHONES, OF_CONTACT, SEARCHES, pattern
from storage.rows import Rows, row_of

NEWEST = 2**31 - 1
KEYS_AT_ONCE = 500


class SqlLeads(Rows):
    """Implements `services.lead.store.Leads`."""

    # ---- reading ----

    async def see(self, team_id: TeamId, lead_id: str) -> Seen | None:
        return await self._model(Seen, sql.SEE, team_id=team_id, lead_id=lead_id)

    async def see_number(self, team_id: TeamId, number: int) -> Seen | None:
        return await self._model(Seen, sql.SEE_NUMBER, team_id=team_id, number=number)

    async def page(self, team_id: TeamId, user_id: UserId, kind: Filter, before: int | None) -> list[Seen]:
        mine = {"user_id": user_id} if kind is Filter.MINE else {}
        return await self._models(Seen, sql.PAGES[kind], team_id=team_id, before=before or NEWEST, **mine)

    async def duplicates(self, team_id: TeamId, keys: Keys, *, but: str, marketplace_id: str | None) -> list[Seen]:
        return await self._models(
            Seen,
            sql.DUPLICATES,
            team_id=team_id,
            email=keys.email,
            phone=keys.phone,
            but=but,
            marketplace_id=marketplace_id or "",
        )

    async def search(
        self, team_id: TeamId, words: Sequence[str], number: int | None, skip: int, limit: int
    ) -> list[Seen]:
        values: dict[str, object] = {f"word{index}": pattern(word) for index, word in enumerate(words)}
        if number is not None:
            values["number"] = number
        statement = SEARCHES[len(words), number is not None]
        return await self._models(Seen, statement, team_id=team_id, skip=skip, limit=limit, **values)

    async def of_contact(self, team_id: TeamId, keys: Keys, skip: int, limit: int) -> list[Seen]:
        return await self._models(
            Seen, OF_CONTACT, team_id=team_id, email=keys.email, phone=keys.phone, skip=skip, limit=limit
        )

    async def known(self, team_id: TeamId, keys: Sequence[Keys]) -> dict[str, int]:
        emails = sorted({each.email for each in keys if each.email})
        phones = sorted({each.phone for each in keys if each.phone})
        found: dict[str, int] = {}
        for statement, wanted in ((KNOWN_EMAILS, emails), (KNOWN_PHONES, phones)):
            for start in range(0, len(wanted), KEYS_AT_ONCE):
                rows = await self._rows(statement, team_id=team_id, keys=wanted[start : start + KEYS_AT_ONCE])
                found.update({row["key"]: row["number"] for row in rows})
        return found

    async def after(self, team_id: TeamId, number: int, limit: int) -> list[Seen]:
        return await self._models(Seen, AFTER, team_id=team_id, number=number, limit=limit)

    async def history(self, team_id: TeamId, lead_id: str, limit: int) -> list[Entry]:
        return await self._models(Entry, history.HISTORY, team_id=team_id, lead_id=lead_id, limit=limit)

    async def last(self, team_id: TeamId, lead_id: str, whats: Sequence[What]) -> Entry | None:
        return await self._model(Entry, history.LAST, team_id=team_id, lead_id=lead_id, whats=list(whats), limit=1)

    async def notes(self, team_id: TeamId, lead_id: str, since: datetime) -> Notes | None:
        return await self._model(Notes, history.NOTES, team_id=team_id, lead_id=lead_id, since=since)

    async def sights(self, lead_id: str) -> list[Sight]:
        return await self._models(Sight, sql.SIGHTS, lead_id=lead_id)

    # ---- writing ----

    async def add(self, lead: Lead, sight: Sight) -> None:
        await self._insert(sql.ADD, [_lead_row(lead)])
        await self.add_sights([sight], lead.created_at)

    async def add_all(self, leads: Sequence[Lead]) -> None:
        await self._insert(sql.ADD, [_lead_row(lead) for lead in leads])

    async def record(self, entries: Sequence[NewEntry]) -> None:
        await self._insert(history.RECORD, [row_of(entry, tables.lead_history) for entry in entries])

    async def pick(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        return await self._has_changed(
            sql.PICK, team_id=team_id, lead_id=lead_id, user_id=user_id, now=now, step=Step.FIRST_CONTACT
        )

    async def settle(self, team_id: TeamId, lead_id: str, now: datetime) -> None:
        await self._execute(sql.SETTLE, team_id=team_id, lead_id=lead_id, now=now)

    async def take(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        return await self._has_changed(sql.TAKE, team_id=team_id, lead_id=lead_id, user_id=user_id, now=now)

    async def unpick(
        self, team_id: TeamId, lead_id: str, *, to: LeadState, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        return await self.give_back(team_id, lead_id, to, picked_after=picked_after, offered_until=offered_until)

    async def unsettle(self, team_id: TeamId, lead_id: str, offer: Offer, now: datetime) -> None:
        await self._execute(sql.UNSETTLE, team_id=team_id, lead_id=lead_id, offer=offer, now=now)

    async def work(self, team_id: TeamId, lead_id: str, step: Step, now: datetime) -> bool:
        return await self._has_changed(sql.STEP, team_id=team_id, lead_id=lead_id, step=step, now=now)

    async def delegate(self, team_id: TeamId, lead_id: str, was: UserId, to: UserId, now: datetime) -> bool:
        return await self._has_changed(sql.DELEGATE, team_id=team_id, lead_id=lead_id, was=was, user_id=to, now=now)

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
        return await self._has_changed(
            sql.CLOSE,
            team_id=team_id,
            lead_id=lead_id,
            state=state,
            user_id=user_id,
            now=now,
            won_cents=won_cents,
            reason=reason,
        )

    async def give_back(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        return await self._has_changed(
            sql.RETURN,
            team_id=team_id,
            lead_id=lead_id,
            state=to,
            picked_after=picked_after,
            offered_until=offered_until,
        )

    async def take_away(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, worked_at: datetime, offered_until: datetime | None
    ) -> bool:
        return await self._has_changed(
            sql.STALL,
            team_id=team_id,
            lead_id=lead_id,
            state=to,
            worked_at=worked_at,
            offered_until=offered_until,
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
        return await self._has_changed(
            sql.PUT,
            team_id=team_id,
            lead_id=lead_id,
            was=list(was),
            state=to,
            operator_team_id=operator_team_id,
            marketplace_id=marketplace_id,
            offered_until=offered_until,
        )

    async def answer(self, team_id: TeamId, lead_id: str, fields: dict[str, str]) -> None:
        await self._execute(sql.ANSWER, team_id=team_id, lead_id=lead_id, fields=fields)

    async def set_offer(self, lead_id: str, team_ids: Sequence[TeamId], offer: Offer, now: datetime) -> None:
        await self._execute(sql.SET_OFFER, lead_id=lead_id, team_ids=list(team_ids), offer=offer, now=now)

    async def clear_offers(self, lead_id: str, now: datetime) -> None:
        await self._execute(sql.CLEAR_OFFERS, lead_id=lead_id, now=now)

    async def operate(self, team_id: TeamId, lead_id: str) -> bool:
        return await self._has_changed(sql.OPERATE, team_id=team_id, lead_id=lead_id)

    async def add_sights(self, sights: Sequence[Sight], now: datetime) -> None:
        await self._insert(sql.ADD_SIGHT, [row_of(sight, tables.lead_sights, changed_at=now) for sight in sights])

    async def vacate(self, team_id: TeamId, user_id: UserId) -> list[Sight]:
        vacated = await self._scalars(sql.VACATE, team_id=team_id, user_id=user_id)
        return await self._models(Sight, sql.SIGHTS_OF, team_id=team_id, lead_ids=vacated)

    async def end_offers(
        self, team_id: TeamId, marketplace_id: str, picked_after: datetime, now: datetime
    ) -> list[str]:
        return sorted(
            await self._scalars(
                sql.END_OFFERS, team_id=team_id, marketplace_id=marketplace_id, picked_after=picked_after, now=now
            )
        )

    # ---- scheduled ----

    async def expire(self, now: datetime, limit: int) -> list[Lead]:
        return await self._models(Lead, sql.EXPIRE, now=now, limit=limit)

    async def remind(self, now: datetime, limit: int) -> list[Lead]:
        found: list[Lead] = []
        for days in sorted(await self._scalars(sql.REMINDER_DAYS)):
            before, left = now - timedelta(days=days), limit - len(found)
            found += await self._models(Lead, sql.REMIND, now=now, before=before, days=days, limit=left)
        return found

    async def stalled(self, now: datetime, limit: int) -> list[Lead]:
        found: list[Lead] = []
        for days in sorted(await self._scalars(sql.STALL_DAYS)):
            before, left = now - timedelta(days=days), limit - len(found)
            found += await self._models(Lead, sql.STALLED, before=before, days=days, limit=left)
        return found


def _lead_row(lead: Lead) -> dict[str, Any]:
    contact, enquiry = lead.contact, lead.enquiry
    return row_of(
        lead,
        tables.leads,
        **row_of(contact, tables.leads),
        **row_of(enquiry, tables.leads),
        contact_name=contact.name,
        body=enquiry.text,
        email_key=lead.keys.email,
        phone_key=lead.keys.phone,
        search_key=f"{enquiry.title}\n{contact.company}\n{contact.name}\n{contact.postcode}".casefold(),
    )
