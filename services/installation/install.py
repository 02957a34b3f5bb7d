"""Keeping what a workspace gave the app: sealed for its very row, and gone when the workspace takes it back."""

from typing import Final

from services.installation.model import PLATFORM, Installation, OpenedInstallation
from services.unit_of_work import UnitOfWork

SEAL: Final = "installation.token"


async def keep(uow: UnitOfWork, installation: Installation, token: str) -> None:
    """A new installation, or the same one anew; whose the channels of the workspace are stays as it is."""
    sealed = uow.keyring.seal(SEAL, token.encode(), installation.tenant, installation.workspace)
    await uow.installations.keep(installation, sealed)


async def find(uow: UnitOfWork, tenant: str, workspace: str) -> OpenedInstallation | None:
    """What opens a workspace. Raises Unsealable for a row that was altered, or whose key is gone."""
    for installation, sealed in await uow.installations.opening(tenant, workspace):
        opened = uow.keyring.unseal(SEAL, sealed, installation.tenant, installation.workspace)
        return OpenedInstallation(installation, opened.decode())
    return None


async def withdraw(uow: UnitOfWork, gone: Installation) -> None:
    """The token of an installation opens nothing any more. One that was made anew since stays, and so do its places."""
    if not await uow.installations.delete(gone.tenant, gone.workspace, gone.installed_at):
        return
    is_open = gone.workspace and await uow.installations.opening(gone.tenant, gone.workspace)
    if not is_open:
        await leave(uow, gone.tenant, gone.workspace)


async def leave(uow: UnitOfWork, tenant: str, workspace: str) -> None:
    """The app is in no place of a workspace any more, or of none of the whole enterprise: nothing is posted there."""
    await uow.conversations.mark_all_left(PLATFORM, tenant, workspace)
