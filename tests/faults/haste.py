"""A time in which a minute takes a second or less, the same in every process of the machine."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.builders import START


@dataclass(frozen=True, slots=True)
class Haste:
    """A clock that runs so many times faster than the real one, from some moment on."""

    factor: float
    since_s: float

    @classmethod
    def of(cls, factor: float) -> "Haste":
        """Beginning now."""
        return cls(factor, time.monotonic())

    def __call__(self) -> datetime:
        return START + timedelta(seconds=self.timer())

    def timer(self) -> float:
        return (time.monotonic() - self.since_s) * self.factor

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.factor)
