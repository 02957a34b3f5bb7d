"""What leads to an invitation: the link of the mail and the code of the page, never stored readable."""

from datetime import datetime

from services import codes
from services.invitation.model import Invitation
from services.keyring import Keyring

_PURPOSE = "invitation"
_CODE_PURPOSE = "invitation code"
TOKEN_MAX_CHARS = 200


def token_of(keyring: Keyring, invitation: Invitation) -> str:
    """The last part of the link; a later generation has another one."""
    proof = keyring.token(_PURPOSE, invitation.invitation_id, str(invitation.generation))
    return f"{invitation.invitation_id}.{proof}"


def named_by(token: str) -> str:
    """The invitation that a link claims to be about; empty for what cannot be a link."""
    claimed = token.partition(".")[0]
    return claimed if len(token) <= TOKEN_MAX_CHARS and token.isascii() and claimed.isalnum() else ""


def proves(keyring: Keyring, token: str, invitation: Invitation) -> bool:
    """Whether the link was issued for this generation of the invitation."""
    proof = token.partition(".")[2]
    return keyring.verifies(proof, _PURPOSE, invitation.invitation_id, str(invitation.generation))


def new_code(keyring: Keyring, unguessable: str, at: datetime) -> str:
    """A code to type, such as 7KQF-M2XP."""
    return codes.new_code(keyring, _CODE_PURPOSE, unguessable, at)


def digests_of(keyring: Keyring, code: str) -> tuple[str, ...]:
    """What is stored of a code, however it was typed: the first one under the present key."""
    return codes.digests_of(keyring, _CODE_PURPOSE, code)
