"""Unlinking: one of a user's chat identities becomes a new user."""

from dataclasses import replace
from typing import Final

from services.actor import Actor
from services.errors import ConfirmationWarning, NeedsConfirmation, NotFound
from services.identity.events import IdentityUnlinked
from services.identity.model import ListedIdentity, UnlinkedIdentity
from services.identity.refusals import NotLinked
from services.people import UserId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork
from services.user.model import Identity

IDENTITY_REF_CHARS: Final = 20
UNLINK_WARNING: Final = "identity.unlink"
UNLINK_EFFECT_WARNING: Final = "identity.unlink.effect"


async def list_(uow: UnitOfWork, actor: Actor) -> tuple[ListedIdentity, ...]:
    """Return the actor's chat identities. Raises NotLinked for a single one."""
    actor.require(Permission.IDENTITY_LINK)
    mine = await load_identities(uow, actor)
    if len(mine) < 2:  # noqa: PLR2004 - one alone is linked to nothing
        raise NotLinked
    return mine


async def unlink(uow: UnitOfWork, actor: Actor, ref: str, *, accept: tuple[str, ...] = ()) -> UnlinkedIdentity:
    """Separate an identity into a new user without a team."""
    team_id = actor.require(Permission.IDENTITY_LINK)
    chosen = next((item for item in await list_(uow, actor) if item.ref == ref), None)
    if chosen is None:
        raise NotFound("identity")
    if UNLINK_WARNING not in accept:
        raise NeedsConfirmation(
            (
                ConfirmationWarning(UNLINK_WARNING, {"platform": chosen.platform}),
                ConfirmationWarning(UNLINK_EFFECT_WARNING),
            )
        )
    await uow.identities.lock((actor.user_id,))
    identity = await _identity(uow, actor.user_id, ref)
    person = await uow.users.get(actor.user_id)
    if identity is None or person is None:
        raise NotFound("identity")
    await uow.identities.split(identity, replace(person, user_id=UserId(uow.new_id()), email_hint=""), uow.now)
    if team_id:
        uow.emit(IdentityUnlinked(member_id=actor.user_id, unlinked_platform=identity.platform), by=actor)
    return UnlinkedIdentity(identity.platform, identity.tenant, chosen.is_here)


async def load_identities(uow: UnitOfWork, actor: Actor) -> tuple[ListedIdentity, ...]:
    """Return the actor's chat identities."""
    place = actor.place
    here = (place.platform, place.tenant, actor.platform_user_id)
    mine = await uow.users.list_identities(actor.user_id)
    return tuple(
        ListedIdentity(_ref(uow, item), *key, is_here=key == here)
        for item in mine
        for key in [(item.platform, item.tenant, item.platform_user_id)]
    )


async def _identity(uow: UnitOfWork, user_id: str, ref: str) -> Identity | None:
    """Find the identity again under the lock; None for the last one, which is never separated."""
    mine = await uow.users.list_identities(user_id)
    return next((item for item in mine if _ref(uow, item) == ref), None) if len(mine) > 1 else None


def _ref(uow: UnitOfWork, identity: Identity) -> str:
    """Return the identity's reference for a button, so that no platform id stands in its payload."""
    key = (identity.platform, identity.tenant, identity.platform_user_id)
    return uow.keyring.sign("identity", *key)[:IDENTITY_REF_CHARS]
