"""What a process remembers for a while, so that it need not be asked or done again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

REMEMBERED_MAX: Final = 10_000

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """Values that are true for a while; the oldest make room for new ones."""

    def __init__(self, timer: Callable[[], float], limit: int = REMEMBERED_MAX) -> None:
        self._timer = timer
        self._limit = limit
        self._values: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        until, value = self._values.get(key, (0.0, None))
        return value if until > self._timer() else None

    def put(self, key: Key, value: Value, seconds: float) -> None:
        self._values.pop(key, None)
        self._values[key] = (self._timer() + seconds, value)
        if len(self._values) > self._limit:
            self._values.popitem(last=False)

    def forget(self, key: Key) -> None:
        self._values.pop(key, None)
