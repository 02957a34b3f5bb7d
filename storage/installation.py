"""Installations of the app and the questions that lead to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert as plain_insert, select, update
from sqlalchemy.dialects.postgresql import insert

from services.installation.model import Installation, OAuthState
from storage.rows import Rows, nested, param, params, row_of
from storage.tables import slack_installations, slack_questions

_i: Final = slack_installations.c
_q: Final = slack_questions.c

_OPENING: Final = (
    select(*nested("installation", tuple(_i)), _i.token)
    .where(_i.tenant == param("tenant"), _i.workspace.in_([param("workspace"), ""]))
    .order_by(_i.workspace.desc())
)
_LISTED: Final = select(slack_installations).order_by(_i.installed_at, _i.tenant, _i.workspace).limit(param("limit"))
_INSERT: Final = insert(slack_installations)
_KEEP: Final = _INSERT.on_conflict_do_update(
    index_elements=[_i.tenant, _i.workspace],
    set_={column.name: _INSERT.excluded[column.name] for column in _i if not column.primary_key},
)
_DELETE: Final = (
    delete(slack_installations)
    .where(_i.tenant == param("tenant"), _i.workspace == param("workspace"))
    .where(_i.installed_at == param("installed_at"))
    .returning(_i.tenant)
)
_ADD_QUESTION: Final = plain_insert(slack_questions)
_QUESTION: Final = select(slack_questions).where(_q.digest.in_(params("digests")))
_USE: Final = (
    update(slack_questions)
    .where(_q.digest == param("digest"), _q.used_at.is_(None), _q.expires_at > param("at"))
    .values(used_at=param("at"))
    .returning(_q.digest)
)
_EXPIRED: Final = select(_q.digest).where(_q.expires_at <= param("before")).limit(param("limit"))
_PURGE: Final = delete(slack_questions).where(_q.digest.in_(_EXPIRED))


class SqlInstallations(Rows):
    """Implements `services.installation.store.Installations`."""

    async def list_for_workspace(self, tenant: str, workspace: str) -> list[tuple[Installation, bytes]]:
        found = await self._models(_Sealed, _OPENING, tenant=tenant, workspace=workspace)
        return [(sealed.installation, sealed.token) for sealed in found]

    async def list_all(self, limit: int) -> list[Installation]:
        return await self._models(Installation, _LISTED, limit=limit)

    async def upsert(self, installation: Installation, sealed: bytes) -> None:
        await self._insert(_KEEP, [row_of(installation, slack_installations, token=sealed)])

    async def delete(self, tenant: str, workspace: str, installed_at: datetime) -> bool:
        return await self._has_changed(_DELETE, tenant=tenant, workspace=workspace, installed_at=installed_at)

    async def add_question(self, question: OAuthState) -> None:
        await self._insert(_ADD_QUESTION, [row_of(question, slack_questions)])

    async def find_question(self, digests: Sequence[str]) -> OAuthState | None:
        return await self._model(OAuthState, _QUESTION, digests=list(digests))

    async def use_question(self, digest: str, at: datetime) -> bool:
        return await self._has_changed(_USE, digest=digest, at=at)

    async def purge_questions(self, before: datetime, limit: int) -> int:
        return await self._count_changed(_PURGE, before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """An installation with its token as it is kept."""

    installation: Installation
    token: bytes
