"""Tokens that Teams never signed."""

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
    """A part of a token."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(teams: FakeTeams, secret: Any, algorithm: str, **header: object) -> str:  # noqa: ANN401 - any kind of key
    """Genuine claims, signed in some other way."""
    return "Bearer " + jwt.encode(teams.claims(), secret, algorithm=algorithm, headers={"kid": "key-0"} | header)


def forge_header(teams: FakeTeams, header: object) -> str:
    """A token whose claims are right, and whose header says this."""
    return f"Bearer {encode(header)}.{encode(teams.claims())}.{encode(b'signature')}"


def sign_with_public_key(teams: FakeTeams) -> str:
    """The classical confusion: the public key, which everybody knows, as the secret of HS256."""
    public = private_key(0).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    message = f"{encode({'alg': 'HS256', 'kid': 'key-0'})}.{encode(teams.claims())}"
    return f"Bearer {message}.{encode(hmac.digest(public, message.encode(), hashlib.sha256))}"


def tamper(teams: FakeTeams) -> str:
    """A genuine token with other claims between its header and its signature."""
    header, _, signature = teams.authorization().split(".")
    return f"{header}.{encode(teams.claims(exp=NOW_S + 10**6))}.{signature}"


def pem(number: int) -> bytes:
    """A private key as a file has it."""
    return private_key(number).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
