"""The transcript of the chat in the browser, in four tables."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.people import PlaceKind
from services.transcript import ChatDraft, ChatMessage, ChatPerson, ChatRoom
from storage.engine import Database
from storage.rows import Rows, or_empty
from storage.tables import (
    identities,
    members,
    teams,
    users,
    web_messages,
    web_people,
    web_room_people,
    web_rooms,
)

PLATFORM, TENANT = "web", "demo"
PRIVATE_KEPT = 20
"""Messages for one reader are hints of the moment: older ones than these are deleted, per room."""
MESSAGES_KEPT = 2000
"""A public demo grows without end otherwise: older messages than these are deleted, per room."""

_author = web_people.alias("author")
_view = web_messages.alias("view")

_people = (
    select(
        web_people.c.person_id,
        web_people.c.name,
        func.coalesce(users.c.language, web_people.c.language).label("language"),
        func.coalesce(users.c.zone, web_people.c.zone).label("zone"),
        web_people.c.position,
        or_empty(teams.c.name, "firm"),
        case((teams.c.team_id.is_(None), ""), else_=members.c.role).label("role"),
    )
    .outerjoin(
        identities,
        and_(
            identities.c.platform == PLATFORM,
            identities.c.tenant == TENANT,
            identities.c.platform_user_id == web_people.c.person_id,
        ),
    )
    .outerjoin(users, users.c.user_id == identities.c.user_id)
    .outerjoin(members, and_(members.c.user_id == users.c.user_id, members.c.removed_at.is_(None)))
    .outerjoin(teams, and_(teams.c.team_id == members.c.team_id, teams.c.deleted_at.is_(None)))
    .order_by(web_people.c.position, web_people.c.person_id)
)


class SqlTranscript(Rows):
    """Implements `services.transcript.Transcript` on one transaction."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        super().__init__(connection)
        self._now = now

    async def upsert_person(self, person: ChatPerson) -> None:
        known = update(web_people).where(web_people.c.person_id == person.person_id)
        values = {
            "name": person.name,
            "language": person.language,
            "zone": person.zone,
            "position": person.position,
        }
        if not (await self._connection.execute(known.values(values))).rowcount:
            await self._connection.execute(insert(web_people).values(person_id=person.person_id, **values))
        direct = ChatRoom(f"direct-{person.person_id}", PlaceKind.PERSONAL, position=person.position)
        await self.upsert_room(direct, (person.person_id,))

    async def upsert_room(self, room: ChatRoom, person_ids: Sequence[str]) -> None:
        known = update(web_rooms).where(web_rooms.c.room_id == room.room_id)
        values = {"kind": room.kind, "name": room.name, "position": room.position}
        if not (await self._connection.execute(known.values(values))).rowcount:
            await self._connection.execute(insert(web_rooms).values(room_id=room.room_id, **values))
        inside = set(await self.list_readers(room.room_id))
        for person_id in dict.fromkeys(person_ids):
            if person_id not in inside:
                entry = insert(web_room_people).values(room_id=room.room_id, person_id=person_id)
                await self._connection.execute(entry)

    async def list_people(self) -> list[ChatPerson]:
        return await self._models(ChatPerson, _people)

    async def get_person(self, person_id: str) -> ChatPerson | None:
        return await self._model(ChatPerson, _people.where(web_people.c.person_id == person_id))

    async def list_rooms(self, person_id: str) -> list[ChatRoom]:
        return await self._models(ChatRoom, _rooms(person_id))

    async def get_room(self, room_id: str, person_id: str) -> ChatRoom | None:
        return await self._model(ChatRoom, _rooms(person_id).where(web_rooms.c.room_id == room_id))

    async def list_readers(self, room_id: str) -> list[str]:
        query = select(web_room_people.c.person_id).where(web_room_people.c.room_id == room_id)
        return list(await self._connection.scalars(query.order_by(web_room_people.c.person_id)))

    async def list_contacts(self, person_id: str) -> list[str]:
        mine = web_room_people.alias("mine")
        query = (
            select(web_room_people.c.person_id)
            .join(mine, mine.c.room_id == web_room_people.c.room_id)
            .where(mine.c.person_id == person_id)
            .distinct()
        )
        return list(await self._connection.scalars(query.order_by(web_room_people.c.person_id)))

    async def find_direct_room(self, person_id: str) -> str:
        query = (
            select(web_rooms.c.room_id)
            .join(web_room_people, web_room_people.c.room_id == web_rooms.c.room_id)
            .where(web_rooms.c.kind == PlaceKind.PERSONAL, web_room_people.c.person_id == person_id)
        )
        return await self._connection.scalar(query.limit(1)) or ""

    async def list_newest(self, room_id: str, person_id: str, before_seq: int, count: int) -> list[ChatMessage]:
        query = _messages(room_id, person_id)
        if before_seq:
            query = query.where(web_messages.c.seq < before_seq)
        return (await self._models(ChatMessage, query.order_by(web_messages.c.seq.desc()).limit(count)))[::-1]

    async def list_changed(self, room_id: str, person_id: str, since_seq: int, count: int) -> list[ChatMessage]:
        since = or_(web_messages.c.changed_seq > since_seq, _view.c.changed_seq > since_seq)
        query = _messages(room_id, person_id).where(since).order_by(web_messages.c.seq)
        return await self._models(ChatMessage, query.limit(count))

    async def find_last_seq(self, room_id: str) -> int:
        return await self._connection.scalar(select(web_rooms.c.last_seq).where(web_rooms.c.room_id == room_id)) or 0

    async def get_message(self, room_id: str, message_id: str, person_id: str) -> ChatMessage | None:
        return await self._model(
            ChatMessage, _messages(room_id, person_id).where(web_messages.c.message_id == message_id)
        )

    async def add(self, draft: ChatDraft) -> ChatMessage:
        seq = await self._next(draft.room_id)
        kept = web_messages.c.key == _key(draft)
        if not await self._connection.scalar(select(web_messages.c.message_id).where(kept)):
            await self._add_row(draft, seq)
            await self._purge_old(draft.room_id, draft.audience_id)
        reader = draft.audience_id or draft.author_id
        [message] = await self._models(ChatMessage, _messages(draft.room_id, reader).where(kept))
        return message

    async def update_card(self, room_id: str, message_id: str, card: str) -> bool:
        changed = (
            update(web_messages)
            .where(web_messages.c.room_id == room_id, web_messages.c.message_id == message_id)
            .where(web_messages.c.author_id == "", web_messages.c.replaces_id == "")
            .values(card=card, changed_seq=await self._next(room_id), changed_at=self._now)
        )
        if not (await self._connection.execute(changed)).rowcount:
            return False
        await self._connection.execute(delete(web_messages).where(web_messages.c.replaces_id == message_id))
        return True

    async def update_personal_card(self, message: ChatMessage, person_id: str, card: str) -> None:
        if message.audience_id:
            await self.update_card(message.room_id, message.message_id, card)
            return
        seq = await self._next(message.room_id)
        replaced = and_(web_messages.c.replaces_id == message.message_id, web_messages.c.audience_id == person_id)
        await self._connection.execute(delete(web_messages).where(replaced))
        key = f"view:{message.message_id}:{person_id}"
        draft = ChatDraft(message.room_id, key, audience_id=person_id, card=card)
        await self._add_row(draft, seq, replaces_id=message.message_id)

    async def delete_private(self, room_id: str, message_id: str, person_id: str) -> bool:
        mine = and_(web_messages.c.audience_id == person_id, web_messages.c.author_id == "")
        this = and_(web_messages.c.room_id == room_id, web_messages.c.message_id == message_id, mine)
        gone = await self._connection.execute(delete(web_messages).where(this, web_messages.c.replaces_id == ""))
        return gone.rowcount > 0

    async def update_read(self, room_id: str, person_id: str, seq: int) -> None:
        mine = and_(web_room_people.c.room_id == room_id, web_room_people.c.person_id == person_id)
        read = update(web_room_people).where(mine, web_room_people.c.read_seq < seq).values(read_seq=seq)
        await self._connection.execute(read)

    async def _next(self, room_id: str) -> int:
        """Return the next position of a room. The row stays locked, so that positions become visible in their order."""
        one_more = update(web_rooms).where(web_rooms.c.room_id == room_id).values(last_seq=web_rooms.c.last_seq + 1)
        return await self._connection.scalar(one_more.returning(web_rooms.c.last_seq)) or 0

    async def _add_row(self, draft: ChatDraft, seq: int, *, replaces_id: str = "") -> None:
        values = {
            "message_id": f"{draft.room_id}.{seq}",
            "room_id": draft.room_id,
            "seq": seq,
            "changed_seq": seq,
            "author_id": draft.author_id,
            "audience_id": draft.audience_id,
            "below_id": draft.below_id,
            "replaces_id": replaces_id,
            "text": draft.text,
            "card": draft.card or None,
            "key": _key(draft),
            "at": self._now,
            "changed_at": self._now,
        }
        await self._connection.execute(insert(web_messages).values(values))

    async def _purge_old(self, room_id: str, audience_id: str) -> None:
        inside = and_(web_messages.c.room_id == room_id, web_messages.c.replaces_id == "")
        await self._keep_newest(inside, MESSAGES_KEPT)
        if audience_id:
            await self._keep_newest(and_(inside, web_messages.c.audience_id == audience_id), PRIVATE_KEPT)

    async def _keep_newest(self, which: ColumnElement[bool], count: int) -> None:
        last = select(web_messages.c.seq).where(which).order_by(web_messages.c.seq.desc()).offset(count).limit(1)
        if seq := await self._connection.scalar(last):
            gone = select(web_messages.c.message_id).where(which, web_messages.c.seq <= seq)
            await self._connection.execute(delete(web_messages).where(web_messages.c.replaces_id.in_(gone)))
            await self._connection.execute(delete(web_messages).where(which, web_messages.c.seq <= seq))


@asynccontextmanager
async def open_transcript(
    database: Database, clock: Callable[[], datetime], *, writes: bool = False
) -> AsyncGenerator[SqlTranscript]:
    """Open a transaction on the transcript. Raises DatabaseBusy, DatabaseUnreachable."""
    async with database.transaction(writes=writes) as connection:
        yield SqlTranscript(connection, clock())


def _key(draft: ChatDraft) -> str:
    return f"{draft.room_id}/{draft.key}"


def _visible(person_id: str) -> ColumnElement[bool]:
    return and_(web_messages.c.replaces_id == "", web_messages.c.audience_id.in_(("", person_id)))


def _rooms(person_id: str) -> Select[*tuple[Any, ...]]:
    unread = (
        select(func.count())
        .where(web_messages.c.room_id == web_rooms.c.room_id, web_messages.c.seq > web_room_people.c.read_seq)
        .where(_visible(person_id), web_messages.c.author_id != person_id)
        .scalar_subquery()
    )
    return (
        select(web_rooms, unread.label("unread"))
        .join(web_room_people, web_room_people.c.room_id == web_rooms.c.room_id)
        .where(web_room_people.c.person_id == person_id)
        .order_by(web_rooms.c.position, web_rooms.c.room_id)
    )


def _messages(room_id: str, person_id: str) -> Select[*tuple[Any, ...]]:
    """Select a room as one reader sees it: personal views replace the messages they belong to."""
    return (
        select(
            *(column for column in web_messages.c if column is not web_messages.c.card),
            func.coalesce(_view.c.card, web_messages.c.card, "").label("card"),
            or_empty(_author.c.name, "author_name"),
        )
        .outerjoin(_author, _author.c.person_id == web_messages.c.author_id)
        .outerjoin(
            _view,
            and_(_view.c.replaces_id == web_messages.c.message_id, _view.c.audience_id == person_id),
        )
        .where(web_messages.c.room_id == room_id, _visible(person_id))
    )
