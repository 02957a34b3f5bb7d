"""A clock that runs faster than real time, the same in every process of the machine."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.builders import START


@dataclass(frozen=True, slots=True)
class AcceleratedClock:
    """A clock that runs `factor` times faster than real time from a start on."""

    factor: float
    since_s: float

    @classmethod
    def starting_now(cls, factor: float) -> "AcceleratedClock":
        """Return a clock that starts now."""
        return cls(factor, time.monotonic())

    def __call__(self) -> datetime:
        return START + timedelta(seconds=self.timer())

    def timer(self) -> float:
        return (time.monotonic() - self.since_s) * self.factor

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.factor)
