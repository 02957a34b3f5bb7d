"""Codes that a person carries from one place to another: short, for once, for minutes; guessing them ends soon."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.errors import Refusal
from services.keyring import Keyring
from services.unit_of_work import UnitOfWork

CODE_CHARS: Final = 8
CODE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that looks like something else: no 0 O, no 1 I L."""
CODE_TYPED_MAX_CHARS: Final = 40
WRONG_CODES_MAX: Final = 5
WRONG_CODES_MINUTES: Final = 15
WRONG_CODES_WINDOW: Final = timedelta(minutes=WRONG_CODES_MINUTES)


@dataclass(eq=False)
class TooManyCodes(Refusal):
    """Too many wrong codes in a row; after some minutes it can be tried again."""

    minutes: int = WRONG_CODES_MINUTES


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code opens nothing; so many tries are left."""

    left: int


def new_code(keyring: Keyring, purpose: str, unguessable: str, at: datetime) -> str:
    """A code to type, such as 7KQF-M2XP."""
    proof = keyring.token(purpose, unguessable, at.isoformat())
    number = int.from_bytes(base64.urlsafe_b64decode(proof + "="))
    chars: list[str] = []
    for _ in range(CODE_CHARS):
        number, place = divmod(number, len(CODE_ALPHABET))
        chars.append(CODE_ALPHABET[place])
    return f"{''.join(chars[: CODE_CHARS // 2])}-{''.join(chars[CODE_CHARS // 2 :])}"


def digests_of(keyring: Keyring, purpose: str, code: str) -> tuple[str, ...]:
    """What is stored of a code, however it was typed: the first one under the present key; none of what is none."""
    if len(code) > CODE_TYPED_MAX_CHARS:
        return ()
    return keyring.digests(purpose, "".join(char for char in code.upper() if char.isalnum()))


async def check_guesses(uow: UnitOfWork, user_id: str) -> None:
    """Raise TooManyCodes for somebody who has typed too many wrong codes of any kind, before one is looked at."""
    if await uow.users.wrong_codes(user_id, uow.now - WRONG_CODES_WINDOW) >= WRONG_CODES_MAX:
        raise TooManyCodes


async def count_wrong(uow: UnitOfWork, user_id: str) -> WrongCode:
    """Count one more: an answer and no refusal, because it is kept."""
    wrong = await uow.users.count_wrong_code(user_id, uow.now, uow.now - WRONG_CODES_WINDOW)
    return WrongCode(max(0, WRONG_CODES_MAX - wrong))
