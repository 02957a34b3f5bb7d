"""OAuth state of an installation: bound to one browser, used once, short-lived."""

from typing import Final

from services.installation.model import OAUTH_STATE_TTL, OAuthState, OAuthStateFault
from services.unit_of_work import UnitOfWork

STATE_PURPOSE: Final = "installation.state"
BROWSER_PURPOSE: Final = "installation.browser"


async def issue_state(uow: UnitOfWork, browser: str) -> str:
    """Issue an OAuth state for this browser; only its digest is stored."""
    state = uow.keyring.sign(STATE_PURPOSE, uow.new_id(), browser)
    await uow.installations.add_question(
        OAuthState(
            uow.keyring.digest(STATE_PURPOSE, state)[0],
            uow.keyring.digest(BROWSER_PURPOSE, browser)[0],
            expires_at=uow.now + OAUTH_STATE_TTL,
        )
    )
    return state


async def use_state(uow: UnitOfWork, state: str, browser: str) -> OAuthStateFault | None:
    """Use an OAuth state once. Returns the fault, or None for a valid open one."""
    asked = await uow.installations.find_question(uow.keyring.digest(STATE_PURPOSE, state))
    if asked is None:
        return OAuthStateFault.UNKNOWN
    if asked.browser not in uow.keyring.digest(BROWSER_PURPOSE, browser):
        return OAuthStateFault.OTHER_BROWSER
    if await uow.installations.use_question(asked.digest, uow.now):
        return None
    return OAuthStateFault.EXPIRED if asked.used_at is None and asked.expires_at <= uow.now else OAuthStateFault.USED
