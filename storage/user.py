"""People and their chat identities."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Text, and_, bindparam, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.people import NO_TEAM, Language, PlaceKind, TeamId, UserId
from services.permissions import Role
from services.user.model import Identity, KnownPlace, Membership, Recognised, User
from storage.tables import conversations, identities, members, teams, users

_place_teams: Final = teams.alias("place_teams")
_own_teams: Final = teams.alias("own_teams")

_IDENTITY: Final = (
    identities.c.platform == bindparam("p_platform"),
    identities.c.tenant == bindparam("p_tenant"),
    identities.c.platform_user_id == bindparam("p_platform_user_id"),
)
_PERSON: Final = users.c.user_id == bindparam("p_user_id")

_RECOGNISE: Final = (
    select(
        users.c.user_id,
        users.c.name,
        users.c.language,
        users.c.zone,
        users.c.language_chosen,
        users.c.email_hint,
        identities.c.direct_conversation_id,
        identities.c.reference,
        identities.c.is_main,
        identities.c.is_latest,
        members.c.role,
        members.c.may_delegate,
        _own_teams.c.team_id.label("own_team_id"),
        _place_teams.c.team_id.label("place_team_id"),
        conversations.c.kind,
        conversations.c.name.label("place_name"),
        conversations.c.reference.label("place_reference"),
        conversations.c.installed,
    )
    .select_from(
        identities.join(users, users.c.user_id == identities.c.user_id)
        .join(
            conversations,
            and_(
                conversations.c.platform == identities.c.platform,
                conversations.c.tenant == identities.c.tenant,
                conversations.c.conversation_id == bindparam("p_conversation_id"),
            ),
        )
        .outerjoin(
            _place_teams,
            and_(_place_teams.c.team_id == conversations.c.team_id, _place_teams.c.deleted_at.is_(None)),
        )
        .outerjoin(members, and_(members.c.user_id == users.c.user_id, members.c.removed_at.is_(None)))
        .outerjoin(_own_teams, and_(_own_teams.c.team_id == members.c.team_id, _own_teams.c.deleted_at.is_(None)))
    )
    .where(*_IDENTITY)
)
_GET: Final = select(users).where(_PERSON)
_USER_ID: Final = select(identities.c.user_id).where(*_IDENTITY)
_IDENTITIES: Final = (
    select(identities)
    .where(identities.c.user_id == bindparam("p_user_id"))
    # Where there has been a direct chat, a message surely arrives.
    .order_by(
        (identities.c.direct_conversation_id == "").asc(),
        identities.c.is_latest.desc(),
        identities.c.platform,
        identities.c.tenant,
        identities.c.platform_user_id,
    )
)
_ADD: Final = insert(users)
_ADD_IDENTITY: Final = insert(identities).on_conflict_do_nothing().returning(identities.c.user_id)
_DROP: Final = delete(users).where(_PERSON)
_CHANGE: Final = (
    update(users)
    .where(_PERSON)
    .values(
        name=bindparam("p_name"),
        email_hint=bindparam("p_email_hint"),
        zone=bindparam("p_zone"),
        # A choice made in this very moment on another device is not undone by a hint.
        language=case((users.c.language_chosen, users.c.language), else_=bindparam("p_language", type_=Text())),
    )
)
_REACH: Final = (
    update(identities)
    .where(*_IDENTITY)
    .values(direct_conversation_id=bindparam("p_direct_conversation_id"), reference=bindparam("p_reference"))
)
# One person's chats at a time, and nothing is written where it is so already.
_PREFER: Final = (
    update(identities)
    .where(identities.c.user_id == bindparam("p_user_id"), identities.c.is_latest != and_(*_IDENTITY))
    .values(is_latest=~identities.c.is_latest)
)
_CHOOSE_LANGUAGE: Final = update(users).where(_PERSON).values(language=bindparam("p_language"), language_chosen=True)
_WRONG_CODES: Final = (
    select(users.c.code_failures, users.c.code_failed_at)
    .where(_PERSON)
    # Two guesses at once are two guesses: the second one waits for the first one's count.
    .with_for_update()
)
_COUNT_WRONG_CODE: Final = (
    update(users)
    .where(_PERSON)
    .values(
        code_failures=case(
            (or_(users.c.code_failed_at.is_(None), users.c.code_failed_at <= bindparam("p_since")), 1),
            else_=users.c.code_failures + 1,
        ),
        code_failed_at=bindparam("p_at"),
    )
    .returning(users.c.code_failures)
)
_FORGET_WRONG_CODES: Final = update(users).where(_PERSON).values(code_failures=0, code_failed_at=None)


class SqlUsers:
    """Implements the users of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def recognise(
        self, platform: str, tenant: str, platform_user_id: str, conversation_id: str
    ) -> Recognised | None:
        who = {**_key(platform, tenant, platform_user_id), "p_conversation_id": conversation_id}
        row = (await self._connection.execute(_RECOGNISE, who)).mappings().one_or_none()
        return None if row is None else _recognised(row, platform, tenant, platform_user_id, conversation_id)

    async def get(self, user_id: str) -> User | None:
        row = (await self._connection.execute(_GET, {"p_user_id": user_id})).mappings().one_or_none()
        return None if row is None else _user(row)

    async def user_id(self, platform: str, tenant: str, platform_user_id: str) -> str:
        found = await self._connection.execute(_USER_ID, _key(platform, tenant, platform_user_id))
        return found.scalar_one_or_none() or ""

    async def identities(self, user_id: str) -> list[Identity]:
        rows = await self._connection.execute(_IDENTITIES, {"p_user_id": user_id})
        return [Identity(**row) for row in rows.mappings()]

    async def add(self, user: User, identity: Identity, at: datetime) -> bool:
        row = {
            "user_id": user.user_id,
            "name": user.name,
            "email_hint": user.email_hint,
            "language": user.language,
            "zone": user.zone,
            "language_chosen": user.language_chosen,
            "created_at": at,
        }
        await self._connection.execute(_ADD, row)
        added = await self._connection.execute(_ADD_IDENTITY, _identity_row(identity))
        if added.scalar_one_or_none() is not None:
            return True
        await self._connection.execute(_DROP, {"p_user_id": user.user_id})
        return False

    async def change(self, user: User) -> None:
        values = {
            "p_user_id": user.user_id,
            "p_name": user.name,
            "p_email_hint": user.email_hint,
            "p_zone": user.zone,
            "p_language": user.language,
        }
        await self._connection.execute(_CHANGE, values)

    async def reach(self, identity: Identity) -> None:
        values = {
            **_key(identity.platform, identity.tenant, identity.platform_user_id),
            "p_direct_conversation_id": identity.direct_conversation_id,
            "p_reference": dict(identity.reference),
        }
        await self._connection.execute(_REACH, values)

    async def prefer(self, identity: Identity) -> None:
        key = _key(identity.platform, identity.tenant, identity.platform_user_id)
        await self._connection.execute(_PREFER, {**key, "p_user_id": identity.user_id})

    async def choose_language(self, user_id: str, language: Language) -> None:
        await self._connection.execute(_CHOOSE_LANGUAGE, {"p_user_id": user_id, "p_language": language})

    async def wrong_codes(self, user_id: str, since: datetime) -> int:
        row = (await self._connection.execute(_WRONG_CODES, {"p_user_id": user_id})).one_or_none()
        return row.code_failures if row and row.code_failed_at and row.code_failed_at > since else 0

    async def count_wrong_code(self, user_id: str, at: datetime, since: datetime) -> int:
        values = {"p_user_id": user_id, "p_at": at, "p_since": since}
        return (await self._connection.execute(_COUNT_WRONG_CODE, values)).scalar_one()

    async def forget_wrong_codes(self, user_id: str) -> None:
        await self._connection.execute(_FORGET_WRONG_CODES, {"p_user_id": user_id})


def _key(platform: str, tenant: str, platform_user_id: str) -> dict[str, Any]:
    return {"p_platform": platform, "p_tenant": tenant, "p_platform_user_id": platform_user_id}


def _identity_row(identity: Identity) -> dict[str, Any]:
    return {
        "platform": identity.platform,
        "tenant": identity.tenant,
        "platform_user_id": identity.platform_user_id,
        "user_id": identity.user_id,
        "direct_conversation_id": identity.direct_conversation_id,
        "reference": dict(identity.reference),
    }


def _user(row: RowMapping) -> User:
    return User(
        UserId(row["user_id"]),
        row["name"],
        Language(row["language"]),
        row["zone"],
        row["language_chosen"],
        row["email_hint"],
    )


def _recognised(row: RowMapping, platform: str, tenant: str, platform_user_id: str, conversation_id: str) -> Recognised:
    own = row["own_team_id"]
    return Recognised(
        user=_user(row),
        identity=Identity(
            platform,
            tenant,
            platform_user_id,
            UserId(row["user_id"]),
            row["direct_conversation_id"],
            row["reference"],
            row["is_main"],
            row["is_latest"],
        ),
        membership=Membership(TeamId(own), Role(row["role"]), row["may_delegate"]) if own else None,
        place=KnownPlace(
            conversation_id,
            PlaceKind(row["kind"]),
            row["place_name"],
            TeamId(row["place_team_id"] or NO_TEAM),
            row["place_reference"],
            row["installed"],
        ),
    )
