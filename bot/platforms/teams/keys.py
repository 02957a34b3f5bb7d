"""Public keys of the Bot Connector's tokens, fetched by OpenID metadata and cached."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from bot.platforms.allowed_hosts import is_loopback
from bot.platforms.response_body import BodyTooLarge, read_body

ISSUERS: Final = frozenset(
    {"https://api.botframework.com", "https://api.botframework.us", "https://api.botframework.azure.cn"}
)
"""Token issuers of Teams in each cloud. The emulator and skills use other issuers, which are rejected."""

FETCH_TIMEOUT_S: Final = 5.0
REFRESH_GAP_S: Final = 60.0
# Without any key every request is rejected, so the first fetch is retried sooner.
FIRST_FETCH_GAP_S: Final = 5.0
FRESH_FOR_S: Final = 24 * 3600.0
MAX_DOCUMENT_BYTES: Final = 1024 * 1024
MAX_KEYS: Final = 200
MIN_KEY_BITS: Final = 2048

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.keys")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, the issuer of its tokens, and the channels that it endorses."""

    key: RSAPublicKey
    issuer: str
    endorsements: tuple[str, ...]


class UnusableDocument(Exception):
    """The key server's response is not usable."""


class _Metadata(msgspec.Struct):
    issuer: str
    jwks_uri: str


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


_Document = TypeVar("_Document", _Metadata, _KeySet)


class SigningKeys:
    """Keys by id; cached keys stay valid while the key server is slow or down."""

    def __init__(
        self,
        openid_url: str,
        session: aiohttp.ClientSession,
        *,
        timer: Callable[[], float] = time.monotonic,
        timeout_s: float = FETCH_TIMEOUT_S,
    ) -> None:
        self._openid_url = openid_url
        self._session = session
        self._timer = timer
        self._timeout_s = timeout_s
        self._keys: Mapping[str, SigningKey] = {}
        self._attempted_at: float | None = None
        self._fetched_at: float | None = None
        self._refresh: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> SigningKey | None:
        """Return a key; an unknown id causes one refresh, at most every minute."""
        if key := self._keys.get(kid):
            if self._is_stale():
                self._start_refresh()
            return key
        self._start_refresh()
        if self._refresh is not None:
            # Not awaited itself: a caller that is cancelled must not cancel the refresh of all others.
            await asyncio.wait({self._refresh})
        return self._keys.get(kid)

    async def close(self) -> None:
        """Cancel a running refresh."""
        if self._refresh is not None:
            self._refresh.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refresh

    def _is_stale(self) -> bool:
        return self._fetched_at is None or self._timer() - self._fetched_at > FRESH_FOR_S

    def _start_refresh(self) -> None:
        gap = REFRESH_GAP_S if self._keys else FIRST_FETCH_GAP_S
        if self._refresh is not None or (self._attempted_at is not None and self._timer() - self._attempted_at < gap):
            return
        self._attempted_at = self._timer()
        # The one task of this object: referenced here, ended by close(), its errors are all handled in itself.
        self._refresh = asyncio.create_task(self._refresh_keys())  # noqa: TID251

    async def _refresh_keys(self) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                self._keys = await self._fetch_keys()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge, UnusableDocument) as error:
            _log.warning("signing_keys_not_refreshed", error=type(error).__name__, known=len(self._keys))
        else:
            self._fetched_at = self._timer()
        finally:
            self._refresh = None

    async def _fetch_keys(self) -> Mapping[str, SigningKey]:
        metadata = await self._fetch(self._openid_url, _Metadata)
        if metadata.issuer not in ISSUERS:
            raise UnusableDocument
        self._require_tls(metadata.jwks_uri)
        documents = (await self._fetch(metadata.jwks_uri, _KeySet)).keys[:MAX_KEYS]
        keys = {kid: key for document in documents for kid, key in _read_key(document, metadata.issuer)}
        if not keys:
            raise UnusableDocument
        return keys

    def _require_tls(self, jwks_uri: str) -> None:
        """Require TLS for the key set, unless the configured key server is on this machine."""
        uri = urlsplit(jwks_uri)
        local = is_loopback(uri.hostname or "") and is_loopback(urlsplit(self._openid_url).hostname or "")
        if uri.scheme != "https" and not local:
            raise UnusableDocument

    async def _fetch(self, url: str, shape: type[_Document]) -> _Document:
        async with self._session.get(url, allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                raise UnusableDocument
            body = await read_body(response, MAX_DOCUMENT_BYTES)
        return msgspec.json.decode(body, type=shape)


def _read_key(document: Mapping[str, Any], issuer: str) -> Iterator[tuple[str, SigningKey]]:
    """Yield the RSA key of one entry, if it may sign tokens."""
    kid, endorsements = document.get("kid"), document.get("endorsements") or ()
    if not isinstance(kid, str) or document.get("kty") != "RSA" or document.get("use", "sig") != "sig":
        return
    try:
        key = RSAAlgorithm.from_jwk(dict(document))
    except (InvalidKeyError, ValueError):
        _log.warning("signing_key_unreadable", kid=kid)
        return
    if isinstance(key, RSAPublicKey) and key.key_size >= MIN_KEY_BITS:
        yield kid, SigningKey(key, issuer, tuple(map(str, endorsements)))
