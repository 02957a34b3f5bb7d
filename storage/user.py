"""People and their chat identities."""

from datetime import datetime
from typing import Final

from sqlalchemy import Text, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.people import NO_TEAM, Language
from services.user.model import Identity, RecognisedUser, User
from storage.rows import Rows, nested, param, row_of
from storage.tables import conversations, identities, members, teams, users

_place_teams: Final = teams.alias("place_teams")
_own_teams: Final = teams.alias("own_teams")

_IDENTITY: Final = (
    identities.c.platform == param("platform"),
    identities.c.tenant == param("tenant"),
    identities.c.platform_user_id == param("platform_user_id"),
)
_PERSON: Final = users.c.user_id == param("user_id")

_RECOGNISE: Final = (
    select(
        *nested(
            "user",
            (
                users.c.user_id,
                users.c.name,
                users.c.language,
                users.c.zone,
                users.c.language_chosen,
                users.c.email_hint,
            ),
        ),
        *nested("identity", tuple(identities.c)),
        *nested(
            "membership",
            (_own_teams.c.team_id,),
            role=case((_own_teams.c.team_id.is_not(None), members.c.role)),
            may_delegate=case((_own_teams.c.team_id.is_not(None), members.c.may_delegate)),
        ),
        *nested(
            "place",
            (
                conversations.c.conversation_id,
                conversations.c.kind,
                conversations.c.name,
                conversations.c.reference,
                conversations.c.installed,
            ),
            team_id=func.coalesce(_place_teams.c.team_id, NO_TEAM),
        ),
    )
    .select_from(
        identities.join(users, users.c.user_id == identities.c.user_id)
        .join(
            conversations,
            and_(
                conversations.c.platform == identities.c.platform,
                conversations.c.tenant == identities.c.tenant,
                conversations.c.conversation_id == param("conversation_id"),
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
    .where(identities.c.user_id == param("user_id"))
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
        name=param("name"),
        email_hint=param("email_hint"),
        zone=param("zone"),
        # A choice made in this very moment on another device is not undone by a hint.
        language=case((users.c.language_chosen, users.c.language), else_=param("language", Text)),
    )
)
_REACH: Final = (
    update(identities)
    .where(*_IDENTITY)
    .values(direct_conversation_id=param("direct_conversation_id"), reference=param("reference"))
)
# One person's chats at a time, and nothing is written where it is so already.
_PREFER: Final = (
    update(identities)
    .where(identities.c.user_id == param("user_id"), identities.c.is_latest != and_(*_IDENTITY))
    .values(is_latest=~identities.c.is_latest)
)
_CHOOSE_LANGUAGE: Final = update(users).where(_PERSON).values(language=param("language"), language_chosen=True)
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
            (or_(users.c.code_failed_at.is_(None), users.c.code_failed_at <= param("since")), 1),
            else_=users.c.code_failures + 1,
        ),
        code_failed_at=param("at"),
    )
    .returning(users.c.code_failures)
)
_RESET_WRONG_CODES: Final = update(users).where(_PERSON).values(code_failures=0, code_failed_at=None)


class SqlUsers(Rows):
    """Implements `services.user.store.Users`."""

    async def find_sender(
        self, platform: str, tenant: str, platform_user_id: str, conversation_id: str
    ) -> RecognisedUser | None:
        return await self._model(
            RecognisedUser,
            _RECOGNISE,
            platform=platform,
            tenant=tenant,
            platform_user_id=platform_user_id,
            conversation_id=conversation_id,
        )

    async def get(self, user_id: str) -> User | None:
        return await self._model(User, _GET, user_id=user_id)

    async def find_user_id(self, platform: str, tenant: str, platform_user_id: str) -> str:
        key = {"platform": platform, "tenant": tenant, "platform_user_id": platform_user_id}
        return await self._scalar(_USER_ID, **key) or ""

    async def list_identities(self, user_id: str) -> list[Identity]:
        return await self._models(Identity, _IDENTITIES, user_id=user_id)

    async def add(self, user: User, identity: Identity, at: datetime) -> bool:
        await self._insert(_ADD, [row_of(user, users, created_at=at)])
        added = await self._connection.execute(_ADD_IDENTITY, row_of(identity, identities))
        if added.first() is not None:
            return True
        await self._execute(_DROP, user_id=user.user_id)
        return False

    async def update_profile(self, user: User) -> None:
        await self._execute(
            _CHANGE,
            user_id=user.user_id,
            name=user.name,
            email_hint=user.email_hint,
            zone=user.zone,
            language=user.language,
        )

    async def update_reference(self, identity: Identity) -> None:
        await self._execute(
            _REACH,
            platform=identity.platform,
            tenant=identity.tenant,
            platform_user_id=identity.platform_user_id,
            direct_conversation_id=identity.direct_conversation_id,
            reference=dict(identity.reference),
        )

    async def update_latest_identity(self, identity: Identity) -> None:
        await self._execute(
            _PREFER,
            platform=identity.platform,
            tenant=identity.tenant,
            platform_user_id=identity.platform_user_id,
            user_id=identity.user_id,
        )

    async def update_language(self, user_id: str, language: Language) -> None:
        await self._execute(_CHOOSE_LANGUAGE, user_id=user_id, language=language)

    async def count_wrong_codes(self, user_id: str, since: datetime) -> int:
        row = (await self._execute(_WRONG_CODES, user_id=user_id)).first()
        return row.code_failures if row and row.code_failed_at and row.code_failed_at > since else 0

    async def add_wrong_code(self, user_id: str, at: datetime, since: datetime) -> int:
        return await self._scalar(_COUNT_WRONG_CODE, user_id=user_id, at=at, since=since)

    async def delete_wrong_codes(self, user_id: str) -> None:
        await self._execute(_RESET_WRONG_CODES, user_id=user_id)
