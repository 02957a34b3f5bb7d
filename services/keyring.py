"""Secret keys of the deployment, from which links and codes are derived and checked."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12


class UnsealFailed(Exception):
    """No key decrypts the content in this context."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Secret keys: the first one signs, all of them verify, so that a key can be rotated while links are valid."""

    keys: tuple[bytes, ...]

    def sign(self, purpose: str, *parts: str) -> str:
        """Return a URL-safe proof that this deployment issued these parts for this purpose (32 bytes, base64url)."""
        return _mac(self.keys[0], purpose, parts)

    def is_signed(self, token: str, purpose: str, *parts: str) -> bool:
        """Return whether the token is such a proof, made with any key; compared in constant time."""
        given = token.encode()
        return any(hmac.compare_digest(_mac(key, purpose, parts).encode(), given) for key in self.keys)

    def seal(self, purpose: str, content: bytes, *parts: str) -> bytes:
        """Encrypt the content, bound to its purpose and parts: with other parts it does not decrypt."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + _cipher(self.keys[0], purpose).encrypt(nonce, content, _associated_data(purpose, parts))

    def unseal(self, purpose: str, sealed: bytes, *parts: str) -> bytes:
        """Decrypt content sealed with any key. Raises Unsealable for altered content or other parts."""
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for key in self.keys:
            try:
                return _cipher(key, purpose).decrypt(nonce, body, _associated_data(purpose, parts))
            except (InvalidTag, ValueError):
                continue
        raise UnsealFailed

    def reseal(self, purpose: str, sealed: bytes, *parts: str) -> bytes | None:
        """Seal content with the first key; None where the first key opens it already. Raises Unsealable."""
        try:
            Keyring(self.keys[:1]).unseal(purpose, sealed, *parts)
        except UnsealFailed:
            return self.seal(purpose, self.unseal(purpose, sealed, *parts), *parts)
        return None

    def digest(self, purpose: str, secret: str) -> tuple[str, ...]:
        """Return keyed digests to store instead of a short secret, one for each key; the first is stored."""
        return tuple(_mac(key, purpose, (secret,)) for key in self.keys)


def _cipher(key: bytes, purpose: str) -> AESGCM:
    """Derive a separate key for each purpose, so that a signing key decrypts nothing."""
    return AESGCM(hmac.new(key, f"seal\x1f{purpose}".encode(), hashlib.sha256).digest())


def _associated_data(purpose: str, parts: tuple[str, ...]) -> bytes:
    return "\x1f".join((purpose, *parts)).encode()


def _mac(key: bytes, purpose: str, parts: tuple[str, ...]) -> str:
    message = "\x1f".join((purpose, *parts)).encode()
    return base64.urlsafe_b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode().rstrip("=")
