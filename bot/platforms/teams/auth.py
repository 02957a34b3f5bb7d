"""Verification of the token that the Bot Connector sends with every activity.

The token proves the sender (the Bot Connector), the recipient (this bot) and the service URL. It proves neither the
tenant nor the rest of the body: a leaked token is valid for any body until it expires. Therefore nothing here depends
on the tenant.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import aiohttp
import jwt
from jwt.exceptions import PyJWTError
from jwt.types import Options

from bot.platforms.ingress import RequestRejected
from bot.platforms.teams.keys import FETCH_TIMEOUT_S, SigningKey, SigningKeys
from bot.platforms.teams.service_hosts import ServiceHosts

CHANNEL: Final = "msteams"
LEEWAY_S: Final = 60
MAX_TOKEN_CHARS: Final = 8192
MAX_KID_CHARS: Final = 256
MAX_TOKENS: Final = 256

# PyJWT reads the system clock; times, issuer and audience are checked here against the application's clock.
_SIGNATURE_ONLY: Final[Options] = {
    "verify_signature": True,
    "verify_aud": False,
    "verify_iss": False,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_sub": False,
    "verify_jti": False,
}

# A token header with brackets nested a thousand deep raises RecursionError in the JSON parser.
_UNREADABLE: Final = (PyJWTError, ValueError, RecursionError)


class Unauthenticated(RequestRejected):
    """The sender is not proven (401)."""

    def __init__(self, detail: str) -> None:
        super().__init__(401, "unauthenticated", detail)


class Forbidden(RequestRejected):
    """The sender is proven and may not send this activity to this bot (403)."""

    def __init__(self, detail: str) -> None:
        super().__init__(403, "forbidden", detail)


@dataclass(frozen=True, slots=True)
class _VerifiedToken:
    """The claims of a token whose signature this key has verified."""

    kid: str
    key: SigningKey
    claims: Mapping[str, Any]


class TokenVerifier:
    """Verifies activities. An empty app id turns authentication off, which the settings permit on loopback alone."""

    def __init__(
        self,
        app_id: str,
        openid_url: str,
        session: aiohttp.ClientSession,
        hosts: ServiceHosts,
        *,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        key_timeout_s: float = FETCH_TIMEOUT_S,
    ) -> None:
        self._app_id = app_id
        self._keys = SigningKeys(openid_url, session, timer=timer, timeout_s=key_timeout_s)
        self._hosts = hosts
        self._clock = clock
        self._tokens: OrderedDict[str, _VerifiedToken] = OrderedDict()

    async def close(self) -> None:
        await self._keys.close()

    async def verify(self, authorization_header: str | None, activity: Mapping[str, Any]) -> None:
        """Raise Unauthenticated or Forbidden unless Teams sent this activity to this bot."""
        if self._app_id:
            verified = await self._verify_token(_read_bearer(authorization_header))
            self._check_claims(verified.claims, verified.key, activity)
        self._check_activity(activity)

    async def _verify_token(self, token: str) -> _VerifiedToken:
        """Return the verified token. Teams sends the same token for an hour: a signature is verified once per key."""
        known = self._tokens.get(token)
        kid = known.kid if known else _read_kid(token)
        key = await self._keys.find(kid)
        if key is None:
            raise Unauthenticated("unknown key")
        if known is not None and known.key is key:
            return known
        verified = self._tokens[token] = _VerifiedToken(kid, key, _read_claims(token, key))
        if len(self._tokens) > MAX_TOKENS:
            self._tokens.popitem(last=False)
        return verified

    def _check_claims(self, claims: Mapping[str, Any], key: SigningKey, activity: Mapping[str, Any]) -> None:
        if claims.get("iss") != key.issuer:
            raise Unauthenticated("issuer")
        if claims.get("aud") != self._app_id:
            raise Unauthenticated("audience")
        self._check_times(claims)
        service_url = claims.get("serviceurl")
        if not isinstance(service_url, str) or not service_url:
            raise Unauthenticated("no service URL in the token")
        if service_url != activity.get("serviceUrl"):
            raise Forbidden("service URL differs from the token")
        if key.endorsements and CHANNEL not in key.endorsements:
            raise Forbidden("key not endorsed for the channel")

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        expires, starts = _read_time(claims.get("exp")), _read_time(claims.get("nbf", 0))
        if expires is None or starts is None:
            raise Unauthenticated("no time of expiry")
        if expires + LEEWAY_S <= now or starts - LEEWAY_S > now:
            raise Unauthenticated("expired or not yet valid")

    def _check_activity(self, activity: Mapping[str, Any]) -> None:
        if activity.get("channelId") != CHANNEL:
            raise Forbidden("channel")
        if not self._hosts.permits(activity.get("serviceUrl")):
            raise Forbidden("service URL not on the list of hosts")


def _read_bearer(header: str | None) -> str:
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_CHARS:
        raise Unauthenticated("no bearer token")
    return token


def _read_kid(token: str) -> str:
    """Return the key id of a header that names RS256 and no critical extension."""
    try:
        header = jwt.get_unverified_header(token)
    except _UNREADABLE as error:
        raise Unauthenticated("unreadable token") from error
    kid = header.get("kid")
    if header.get("alg") != "RS256" or "crit" in header or not isinstance(kid, str) or len(kid) > MAX_KID_CHARS:
        raise Unauthenticated("algorithm or key id")
    return kid


def _read_claims(token: str, key: SigningKey) -> dict[str, Any]:
    try:
        return jwt.decode(token, key.key, algorithms=["RS256"], options=_SIGNATURE_ONLY)
    except _UNREADABLE as error:
        raise Unauthenticated("signature") from error


def _read_time(value: object) -> float | None:
    """Return a claim in seconds since 1970; None for a bool, a text, infinity, or a number beyond a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
