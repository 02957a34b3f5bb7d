"""In-process caches whose entries expire: they spare a repeated lookup, or a repeated effect."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar
from weakref import WeakValueDictionary

ENTRIES_MAX: Final = 10_000
"""Bounds the memory of one cache: about 2 MB with short keys and values."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TtlCache(Generic[Key, Value]):
    """Values with a time to live each; beyond the limit the oldest entry is evicted."""

    def __init__(self, timer: Callable[[], float], limit: int = ENTRIES_MAX) -> None:
        self._timer = timer
        self._limit = limit
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        expires_at, value = self._entries.get(key, (0.0, None))
        return value if expires_at > self._timer() else None

    def put(self, key: Key, value: Value, seconds: float) -> None:
        self._entries.pop(key, None)
        self._entries[key] = (self._timer() + seconds, value)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    def add(self, key: Key, value: Value, seconds: float) -> bool:
        """Store a value unless the key has one; return whether it was stored."""
        if self.get(key) is not None:
            return False
        self.put(key, value, seconds)
        return True

    def delete(self, key: Key) -> None:
        self._entries.pop(key, None)


class LookupCache(TtlCache[Key, Value]):
    """A TTL cache that loads a missing value once, however many callers ask for it at the same time."""

    def __init__(self, timer: Callable[[], float], limit: int = ENTRIES_MAX) -> None:
        super().__init__(timer, limit)
        self._locks: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    async def get_or_load(self, key: Key, load: Callable[[], Awaitable[tuple[Value, float]]]) -> Value:
        """Return the cached value, or load it; `load` returns the value and its time to live in seconds."""
        value = self.get(key)
        if value is not None:
            return value
        # Each lock is dropped from the dictionary when its last caller leaves.
        async with self._locks.setdefault(key, asyncio.Lock()):
            value = self.get(key)
            if value is None:
                value, seconds = await load()
                self.put(key, value, seconds)
            return value
