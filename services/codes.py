"""Codes carried from one chat to another: short, used once, valid for minutes, with limited attempts."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.errors import Refusal
from services.keyring import Keyring
from services.unit_of_work import UnitOfWork

CODE_CHARS: Final = 8
CODE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No characters that look alike: no 0 O, no 1 I L."""
CODE_TYPED_MAX_CHARS: Final = 40
WRONG_CODES_MAX: Final = 5
WRONG_CODES_MINUTES: Final = 15
WRONG_CODES_WINDOW: Final = timedelta(minutes=WRONG_CODES_MINUTES)


@dataclass(eq=False)
class TooManyWrongCodes(Refusal):
    """Too many wrong codes in a row; a retry is possible after some minutes."""

    minutes: int = WRONG_CODES_MINUTES


@dataclass(frozen=True, slots=True)
class WrongCode:
    """Wrong code, with the number of attempts left."""

    attempts_left: int


def derive_code(keyring: Keyring, purpose: str, unguessable: str, at: datetime) -> str:
    """Derive a code to type, such as 7KQF-M2XP."""
    proof = keyring.sign(purpose, unguessable, at.isoformat())
    number = int.from_bytes(base64.urlsafe_b64decode(proof + "="))
    chars: list[str] = []
    for _ in range(CODE_CHARS):
        number, place = divmod(number, len(CODE_ALPHABET))
        chars.append(CODE_ALPHABET[place])
    return f"{''.join(chars[: CODE_CHARS // 2])}-{''.join(chars[CODE_CHARS // 2 :])}"


def digest_code(keyring: Keyring, purpose: str, code: str) -> tuple[str, ...]:
    """Return the digests of a typed code, the present key's first. Empty for an impossible code."""
    if len(code) > CODE_TYPED_MAX_CHARS:
        return ()
    return keyring.digest(purpose, "".join(char for char in code.upper() if char.isalnum()))


async def check_wrong_codes(uow: UnitOfWork, user_id: str) -> None:
    """Raise TooManyCodes for a user with too many wrong codes, before a further one is compared."""
    if await uow.users.count_wrong_codes(user_id, uow.now - WRONG_CODES_WINDOW) >= WRONG_CODES_MAX:
        raise TooManyWrongCodes


async def record_wrong_code(uow: UnitOfWork, user_id: str) -> WrongCode:
    """Count a wrong code. It returns instead of raising, because a refusal would roll the count back."""
    wrong = await uow.users.add_wrong_code(user_id, uow.now, uow.now - WRONG_CODES_WINDOW)
    return WrongCode(max(0, WRONG_CODES_MAX - wrong))
