"""OAuth state of an installation: bound to one browser, used once, short-lived."""

from typing import Final

from services.installation.model import ASKED_FOR, Fault, Question
from services.unit_of_work import UnitOfWork

STATE: Final = "installation.state"
BROWSER: Final = "installation.browser"


async def ask(uow: UnitOfWork, browser: str) -> str:
    """Issue an OAuth state for this browser; only its digest is stored."""
    state = uow.keyring.token(STATE, uow.new_id(), browser)
    await uow.installations.add_question(
        Question(
            uow.keyring.digests(STATE, state)[0],
            uow.keyring.digests(BROWSER, browser)[0],
            expires_at=uow.now + ASKED_FOR,
        )
    )
    return state


async def take(uow: UnitOfWork, state: str, browser: str) -> Fault | None:
    """Use an OAuth state once. Returns the fault, or None for a valid open one."""
    asked = await uow.installations.question(uow.keyring.digests(STATE, state))
    if asked is None:
        return Fault.UNKNOWN
    if asked.browser not in uow.keyring.digests(BROWSER, browser):
        return Fault.ELSEWHERE
    if await uow.installations.use_question(asked.digest, uow.now):
        return None
    return Fault.EXPIRED if asked.used_at is None and asked.expires_at <= uow.now else Fault.USED
