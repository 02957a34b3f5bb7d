"""Secrets of an invitation: the mail's link and the page's code, never stored in readable form."""

from datetime import datetime

from services import codes
from services.invitation.model import Invitation
from services.keyring import Keyring

_PURPOSE = "invitation"
_CODE_PURPOSE = "invitation code"
INVITATION_TOKEN_MAX_CHARS = 200


def build_token(keyring: Keyring, invitation: Invitation) -> str:
    """Return the last part of the link; it differs by generation."""
    proof = keyring.sign(_PURPOSE, invitation.invitation_id, str(invitation.generation))
    return f"{invitation.invitation_id}.{proof}"


def parse_invitation_id(token: str) -> str:
    """Return the invitation id that a link claims; empty for an impossible link."""
    claimed = token.partition(".")[0]
    return claimed if len(token) <= INVITATION_TOKEN_MAX_CHARS and token.isascii() and claimed.isalnum() else ""


def is_valid_token(keyring: Keyring, token: str, invitation: Invitation) -> bool:
    """Return whether the link was issued for this generation of the invitation."""
    proof = token.partition(".")[2]
    return keyring.is_signed(proof, _PURPOSE, invitation.invitation_id, str(invitation.generation))


def derive_invitation_code(keyring: Keyring, unguessable: str, at: datetime) -> str:
    """Derive a code to type, such as 7KQF-M2XP."""
    return codes.derive_code(keyring, _CODE_PURPOSE, unguessable, at)


def digest_invitation_code(keyring: Keyring, code: str) -> tuple[str, ...]:
    """Return the digests of a typed code, the present key's first."""
    return codes.digest_code(keyring, _CODE_PURPOSE, code)
