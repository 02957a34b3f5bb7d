"""Installation of the app in a workspace: its token is encrypted for its row and deleted on uninstall."""

from typing import Final

from services.installation.model import PLATFORM, Installation, OpenedInstallation
from services.unit_of_work import UnitOfWork

SEAL: Final = "installation.token"


async def keep(uow: UnitOfWork, installation: Installation, token: str) -> None:
    """Store or replace an installation.

    The team of each channel stays.
    """
    sealed = uow.keyring.seal(SEAL, token.encode(), installation.tenant, installation.workspace)
    await uow.installations.keep(installation, sealed)


async def find(uow: UnitOfWork, tenant: str, workspace: str) -> OpenedInstallation | None:
    """Return the installation of a workspace with its token.

    Raises Unsealable for an altered row or a missing key.
    """
    for installation, sealed in await uow.installations.opening(tenant, workspace):
        opened = uow.keyring.unseal(SEAL, sealed, installation.tenant, installation.workspace)
        return OpenedInstallation(installation, opened.decode())
    return None


async def withdraw(uow: UnitOfWork, gone: Installation) -> None:
    """Delete an installation and leave its conversations.

    A reinstallation made since then stays, with its conversations.
    """
    if not await uow.installations.delete(gone.tenant, gone.workspace, gone.installed_at):
        return
    is_open = gone.workspace and await uow.installations.opening(gone.tenant, gone.workspace)
    if not is_open:
        await leave(uow, gone.tenant, gone.workspace)


async def leave(uow: UnitOfWork, tenant: str, workspace: str) -> None:
    """Mark the bot as absent in a workspace, or in a whole enterprise, so that nothing is posted there."""
    await uow.conversations.mark_all_left(PLATFORM, tenant, workspace)
