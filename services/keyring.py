"""The secrets of this deployment: links and codes are derived from them or compared through them."""

import base64
import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keyring:
    """Secret keys, the first one makes and all of them verify, so that a key can be replaced while links are out."""

    keys: tuple[bytes, ...]

    def token(self, purpose: str, *parts: str) -> str:
        """A URL-safe proof that this deployment issued these parts for this purpose (32 bytes, base64url)."""
        return _mac(self.keys[0], purpose, parts)

    def verifies(self, token: str, purpose: str, *parts: str) -> bool:
        """Whether the token is such a proof, made with any key of the ring; compared in constant time."""
        given = token.encode()
        return any(hmac.compare_digest(_mac(key, purpose, parts).encode(), given) for key in self.keys)

    def digests(self, purpose: str, secret: str) -> tuple[str, ...]:
        """What is stored of a short secret instead of itself, under each key; the first one is stored."""
        return tuple(_mac(key, purpose, (secret,)) for key in self.keys)


def _mac(key: bytes, purpose: str, parts: tuple[str, ...]) -> str:
    message = "\x1f".join((purpose, *parts)).encode()
    return base64.urlsafe_b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode().rstrip("=")
