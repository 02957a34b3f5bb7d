"""Installations of the app and the questions that lead to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, bindparam, delete, insert as plain_insert, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.installation.model import Installation, Question
from storage.tables import slack_installations, slack_questions

_i: Final = slack_installations.c
_q: Final = slack_questions.c

_OPENING: Final = (
    select(slack_installations)
    .where(_i.tenant == bindparam("p_tenant"), _i.workspace.in_([bindparam("p_workspace"), ""]))
    .order_by(_i.workspace.desc())
)
_LISTED: Final = (
    select(slack_installations).order_by(_i.installed_at, _i.tenant, _i.workspace).limit(bindparam("p_limit"))
)
_INSERT: Final = insert(slack_installations)
_KEEP: Final = _INSERT.on_conflict_do_update(
    index_elements=[_i.tenant, _i.workspace],
    set_={column.name: _INSERT.excluded[column.name] for column in _i if not column.primary_key},
)
_DELETE: Final = (
    delete(slack_installations)
    .where(_i.tenant == bindparam("p_tenant"), _i.workspace == bindparam("p_workspace"))
    .where(_i.installed_at == bindparam("p_installed_at"))
    .returning(_i.tenant)
)
_ADD_QUESTION: Final = plain_insert(slack_questions)
_QUESTION: Final = select(slack_questions).where(_q.digest.in_(bindparam("p_digests", expanding=True)))
_USE: Final = (
    update(slack_questions)
    .where(_q.digest == bindparam("p_digest"), _q.used_at.is_(None), _q.expires_at > bindparam("p_at"))
    .values(used_at=bindparam("p_at"))
    .returning(_q.digest)
)
_OVER: Final = select(_q.digest).where(_q.expires_at <= bindparam("p_before")).limit(bindparam("p_limit"))
_FORGET: Final = delete(slack_questions).where(_q.digest.in_(_OVER))


class SqlInstallations:
    """Implements the installations of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def opening(self, tenant: str, workspace: str) -> list[tuple[Installation, bytes]]:
        rows = await self._connection.execute(_OPENING, {"p_tenant": tenant, "p_workspace": workspace})
        return [(_installation(row), row["token"]) for row in rows.mappings()]

    async def listed(self, limit: int) -> list[Installation]:
        rows = await self._connection.execute(_LISTED, {"p_limit": limit})
        return [_installation(row) for row in rows.mappings()]

    async def keep(self, installation: Installation, sealed: bytes) -> None:
        row = {
            "tenant": installation.tenant,
            "workspace": installation.workspace,
            "name": installation.name,
            "app_id": installation.app_id,
            "bot_user_id": installation.bot_user_id,
            "bot_id": installation.bot_id,
            "scopes": list(installation.scopes),
            "token": sealed,
            "installed_by": installation.installed_by,
            "installed_at": installation.installed_at,
        }
        await self._connection.execute(_KEEP, row)

    async def delete(self, tenant: str, workspace: str, installed_at: datetime) -> bool:
        values = {"p_tenant": tenant, "p_workspace": workspace, "p_installed_at": installed_at}
        return (await self._connection.execute(_DELETE, values)).one_or_none() is not None

    async def add_question(self, question: Question) -> None:
        row = {"digest": question.digest, "browser": question.browser, "expires_at": question.expires_at}
        await self._connection.execute(_ADD_QUESTION, row)

    async def question(self, digests: Sequence[str]) -> Question | None:
        found = await self._connection.execute(_QUESTION, {"p_digests": list(digests)})
        row = found.mappings().one_or_none()
        return None if row is None else Question(**row)

    async def use_question(self, digest: str, at: datetime) -> bool:
        return (await self._connection.execute(_USE, {"p_digest": digest, "p_at": at})).one_or_none() is not None

    async def forget_questions(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_FORGET, {"p_before": before, "p_limit": limit})).rowcount


def _installation(row: RowMapping) -> Installation:
    return Installation(
        tenant=row["tenant"],
        workspace=row["workspace"],
        name=row["name"],
        app_id=row["app_id"],
        bot_user_id=row["bot_user_id"],
        bot_id=row["bot_id"],
        scopes=tuple(row["scopes"]),
        installed_by=row["installed_by"],
        installed_at=row["installed_at"],
    )
