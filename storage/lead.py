"""Leads, who sees them, and their history, in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.lead.model import (
    ActivityType,
    ContactKeys,
    Lead,
    LeadActivity,
    LeadFilter,
    LeadRecord,
    LeadState,
    LeadStep,
    LeadVisibility,
    NewActivity,
    NotesSummary,
    OfferStatus,
)
from services.people import TeamId, UserId
from storage import lead_history as history, lead_scheduled_statements as scheduled, lead_statements as sql, tables
from storage.lead_search import AFTER, FIND_BY_CONTACT, KNOWN_EMAILS, KNOWN_PHONES, SEARCHES, like_pattern
from storage.rows import Rows, row_of

NEWEST = 2**31 - 1
KEYS_AT_ONCE = 500


class SqlLeads(Rows):
    """Implements `services.lead.store.Leads`."""

    # ---- reading ----

    async def get(self, team_id: TeamId, lead_id: str) -> LeadRecord | None:
        return await self._model(LeadRecord, sql.GET, team_id=team_id, lead_id=lead_id)

    async def find_by_number(self, team_id: TeamId, number: int) -> LeadRecord | None:
        return await self._model(LeadRecord, sql.FIND_BY_NUMBER, team_id=team_id, number=number)

    async def list_page(
        self, team_id: TeamId, user_id: UserId, kind: LeadFilter, before: int | None
    ) -> list[LeadRecord]:
        mine = {"user_id": user_id} if kind is LeadFilter.MINE else {}
        return await self._models(LeadRecord, sql.PAGES[kind], team_id=team_id, before=before or NEWEST, **mine)

    async def find_duplicates(
        self, team_id: TeamId, keys: ContactKeys, *, but: str, marketplace_id: str | None
    ) -> list[LeadRecord]:
        return await self._models(
            LeadRecord,
            sql.DUPLICATES,
            team_id=team_id,
            email=keys.email,
            phone=keys.phone,
            but=but,
            marketplace_id=marketplace_id or "",
        )

    async def find_matching(
        self, team_id: TeamId, words: Sequence[str], number: int | None, skip: int, limit: int
    ) -> list[LeadRecord]:
        values: dict[str, object] = {f"word{index}": like_pattern(word) for index, word in enumerate(words)}
        if number is not None:
            values["number"] = number
        statement = SEARCHES[len(words), number is not None]
        return await self._models(LeadRecord, statement, team_id=team_id, skip=skip, limit=limit, **values)

    async def find_by_contact(self, team_id: TeamId, keys: ContactKeys, skip: int, limit: int) -> list[LeadRecord]:
        return await self._models(
            LeadRecord, FIND_BY_CONTACT, team_id=team_id, email=keys.email, phone=keys.phone, skip=skip, limit=limit
        )

    async def find_known_numbers(self, team_id: TeamId, keys: Sequence[ContactKeys]) -> dict[str, int]:
        emails = sorted({each.email for each in keys if each.email})
        phones = sorted({each.phone for each in keys if each.phone})
        found: dict[str, int] = {}
        for statement, wanted in ((KNOWN_EMAILS, emails), (KNOWN_PHONES, phones)):
            for start in range(0, len(wanted), KEYS_AT_ONCE):
                rows = await self._rows(statement, team_id=team_id, keys=wanted[start : start + KEYS_AT_ONCE])
                found.update({row["key"]: row["number"] for row in rows})
        return found

    async def list_after(self, team_id: TeamId, number: int, limit: int) -> list[LeadRecord]:
        return await self._models(LeadRecord, AFTER, team_id=team_id, number=number, limit=limit)

    async def list_history(self, team_id: TeamId, lead_id: str, limit: int) -> list[LeadActivity]:
        return await self._models(LeadActivity, history.HISTORY, team_id=team_id, lead_id=lead_id, limit=limit)

    async def find_last_activity(
        self, team_id: TeamId, lead_id: str, whats: Sequence[ActivityType]
    ) -> LeadActivity | None:
        return await self._model(
            LeadActivity, history.LAST, team_id=team_id, lead_id=lead_id, whats=list(whats), limit=1
        )

    async def find_notes(self, team_id: TeamId, lead_id: str, since: datetime) -> NotesSummary | None:
        return await self._model(NotesSummary, history.NOTES, team_id=team_id, lead_id=lead_id, since=since)

    async def list_visibility(self, lead_id: str) -> list[LeadVisibility]:
        return await self._models(LeadVisibility, sql.LIST_VISIBILITY, lead_id=lead_id)

    # ---- writing ----

    async def add(self, lead: Lead, sight: LeadVisibility) -> None:
        await self._insert(sql.ADD, [_lead_row(lead)])
        await self.add_visibility([sight], lead.created_at)

    async def add_all(self, leads: Sequence[Lead]) -> None:
        await self._insert(sql.ADD, [_lead_row(lead) for lead in leads])

    async def add_activities(self, entries: Sequence[NewActivity]) -> None:
        await self._insert(history.RECORD, [row_of(entry, tables.lead_history) for entry in entries])

    async def pick(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        return await self._has_changed(
            sql.PICK, team_id=team_id, lead_id=lead_id, user_id=user_id, now=now, step=LeadStep.FIRST_CONTACT
        )

    async def update_visibility_after_pick(self, team_id: TeamId, lead_id: str, now: datetime) -> None:
        await self._execute(sql.UPDATE_VISIBILITY_AFTER_PICK, team_id=team_id, lead_id=lead_id, now=now)

    async def assign_if_unassigned(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        return await self._has_changed(
            sql.ASSIGN_IF_UNASSIGNED, team_id=team_id, lead_id=lead_id, user_id=user_id, now=now
        )

    async def undo_pick(
        self, team_id: TeamId, lead_id: str, *, to: LeadState, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        return await self.release(team_id, lead_id, to, picked_after=picked_after, offered_until=offered_until)

    async def update_visibility_after_undo(
        self, team_id: TeamId, lead_id: str, offer: OfferStatus, now: datetime
    ) -> None:
        await self._execute(sql.UPDATE_VISIBILITY_AFTER_UNDO, team_id=team_id, lead_id=lead_id, offer=offer, now=now)

    async def update_step(self, team_id: TeamId, lead_id: str, step: LeadStep, now: datetime) -> bool:
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

    async def release(
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

    async def release_if_stalled(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, worked_at: datetime, offered_until: datetime | None
    ) -> bool:
        return await self._has_changed(
            sql.RELEASE_IF_STALLED,
            team_id=team_id,
            lead_id=lead_id,
            state=to,
            worked_at=worked_at,
            offered_until=offered_until,
        )

    async def offer(
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
            sql.OFFER,
            team_id=team_id,
            lead_id=lead_id,
            was=list(was),
            state=to,
            operator_team_id=operator_team_id,
            marketplace_id=marketplace_id,
            offered_until=offered_until,
        )

    async def update_fields(self, team_id: TeamId, lead_id: str, fields: dict[str, str]) -> None:
        await self._execute(sql.UPDATE_FIELDS, team_id=team_id, lead_id=lead_id, fields=fields)

    async def update_offer(self, lead_id: str, team_ids: Sequence[TeamId], offer: OfferStatus, now: datetime) -> None:
        await self._execute(sql.SET_OFFER, lead_id=lead_id, team_ids=list(team_ids), offer=offer, now=now)

    async def clear_offers(self, lead_id: str, now: datetime) -> None:
        await self._execute(sql.CLEAR_OFFERS, lead_id=lead_id, now=now)

    async def update_operator(self, team_id: TeamId, lead_id: str) -> bool:
        return await self._has_changed(sql.UPDATE_OPERATOR, team_id=team_id, lead_id=lead_id)

    async def add_visibility(self, sights: Sequence[LeadVisibility], now: datetime) -> None:
        await self._insert(sql.ADD_VISIBILITY, [row_of(sight, tables.lead_sights, changed_at=now) for sight in sights])

    async def vacate(self, team_id: TeamId, user_id: UserId) -> list[LeadVisibility]:
        vacated = await self._scalars(sql.VACATE, team_id=team_id, user_id=user_id)
        return await self._models(LeadVisibility, sql.VISIBILITY_OF_LEAD, team_id=team_id, lead_ids=vacated)

    async def end_offers(
        self, team_id: TeamId, marketplace_id: str, picked_after: datetime, now: datetime
    ) -> list[str]:
        return sorted(
            await self._scalars(
                sql.END_OFFERS, team_id=team_id, marketplace_id=marketplace_id, picked_after=picked_after, now=now
            )
        )

    # ---- scheduled ----

    async def expire_offers(self, now: datetime, limit: int) -> list[Lead]:
        return await self._models(Lead, scheduled.EXPIRE, now=now, limit=limit)

    async def list_to_remind(self, now: datetime, limit: int) -> list[Lead]:
        found: list[Lead] = []
        for days in sorted(await self._scalars(scheduled.REMINDER_DAYS)):
            before, left = now - timedelta(days=days), limit - len(found)
            found += await self._models(Lead, scheduled.REMIND, now=now, before=before, days=days, limit=left)
        return found

    async def list_stalled(self, now: datetime, limit: int) -> list[Lead]:
        found: list[Lead] = []
        for days in sorted(await self._scalars(scheduled.STALL_DAYS)):
            before, left = now - timedelta(days=days), limit - len(found)
            found += await self._models(Lead, scheduled.STALLED, before=before, days=days, limit=left)
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
