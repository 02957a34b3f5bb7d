"""Tokens that Teams has not signed."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.bot.loopback import START
from tests.fakes.bot_connector import FakeTeams, private_key

NOW_S = int(START.timestamp())


def encode(part: object) -> str:
    """Encode one part of a token."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(teams: FakeTeams, secret: Any, algorithm: str, **header: object) -> str:  # noqa: ANN401 - any kind of key
    """Sign genuine claims with another key or algorithm."""
    return "Bearer " + jwt.encode(teams.claims(), secret, algorithm=algorithm, headers={"kid": "key-0"} | header)


def forge_header(teams: FakeTeams, header: object) -> str:
    """Build a token with genuine claims and the given header."""
    return f"Bearer {encode(header)}.{encode(teams.claims())}.{encode(b'signature')}"


def sign_with_public_key(teams: FakeTeams) -> str:
    """Sign with HS256 and the public key as its secret (algorithm confusion)."""
    public = private_key(0).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    message = f"{encode({'alg': 'HS256', 'kid': 'key-0'})}.{encode(teams.claims())}"
    return f"Bearer {message}.{encode(hmac.digest(public, message.encode(), hashlib.sha256))}"


def tamper(teams: FakeTeams) -> str:
    """Replace the claims of a genuine token and keep its signature."""
    header, _, signature = teams.authorization().split(".")
    return f"{header}.{encode(teams.claims(exp=NOW_S + 10**6))}.{signature}"


def pem(number: int) -> bytes:
    """Return a private key as PEM."""
    return private_key(number).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
