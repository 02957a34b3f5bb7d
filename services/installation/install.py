"""Installation of the app in a workspace: its token is encrypted for its row and deleted on uninstall."""

from typing import Final

from services.installation.model import INSTALLED_PLATFORM, Installation, InstallationWithToken
from services.unit_of_work import UnitOfWork

INSTALLATION_SEAL_PURPOSE: Final = "installation.token"


async def save_installation(uow: UnitOfWork, installation: Installation, token: str) -> None:
    """Store or replace an installation.

    The team of each channel stays.
    """
    sealed = uow.keyring.seal(INSTALLATION_SEAL_PURPOSE, token.encode(), installation.tenant, installation.workspace)
    await uow.installations.upsert(installation, sealed)


async def find_installation(uow: UnitOfWork, tenant: str, workspace: str) -> InstallationWithToken | None:
    """Return the installation of a workspace with its token.

    Raises Unsealable for an altered row or a missing key.
    """
    for installation, sealed in await uow.installations.list_for_workspace(tenant, workspace):
        opened = uow.keyring.unseal(INSTALLATION_SEAL_PURPOSE, sealed, installation.tenant, installation.workspace)
        return InstallationWithToken(installation, opened.decode())
    return None


async def uninstall(uow: UnitOfWork, gone: Installation) -> None:
    """Delete an installation and leave its conversations.

    A reinstallation made since then stays, with its conversations.
    """
    if not await uow.installations.delete(gone.tenant, gone.workspace, gone.installed_at):
        return
    is_open = gone.workspace and await uow.installations.list_for_workspace(gone.tenant, gone.workspace)
    if not is_open:
        await leave_workspace(uow, gone.tenant, gone.workspace)


async def leave_workspace(uow: UnitOfWork, tenant: str, workspace: str) -> None:
    """Mark the bot as absent in a workspace, or in a whole enterprise, so that nothing is posted there."""
    await uow.conversations.update_all_left(INSTALLED_PLATFORM, tenant, workspace)
