"""The platform, database and language on which a conversation runs."""

from itertools import product
from typing import Final, TypeAlias
from zlib import crc32

from services.people import Language

Combination: TypeAlias = tuple[str, str, Language]

DATABASES: Final = ("sqlite", "postgres")

WEB: Final[tuple[Combination, ...]] = (
    ("web", "sqlite", Language.GERMAN),
    ("web", "postgres", Language.ENGLISH),
)
"""The combinations of conversations that only the browser has."""

TEAMS: Final[tuple[Combination, ...]] = (
    ("teams", "sqlite", Language.GERMAN),
    ("teams", "postgres", Language.ENGLISH),
)
"""The combinations of conversations that only Microsoft Teams has."""

SLACK: Final[tuple[Combination, ...]] = (
    ("slack", "sqlite", Language.ENGLISH),
    ("slack", "postgres", Language.GERMAN),
)
"""The combinations of conversations that only Slack has."""

EVERYWHERE: Final = ("web", "teams", "slack")

ALL: Final[tuple[Combination, ...]] = tuple(product(EVERYWHERE, DATABASES, Language))
"""Every combination of a platform, a database and a language."""


def select_one(possible: tuple[Combination, ...], name: str) -> tuple[Combination]:
    """Select a combination by the name of the conversation, so that all occur over many conversations."""
    return (possible[crc32(name.encode()) % len(possible)],)


def select_for_each_platform(name: str) -> tuple[Combination, ...]:
    """Select one combination for each platform, among them both databases and both languages."""
    pairs = list(product(DATABASES, Language))
    # Of any three neighbours in this circle two are opposites, so each language and each database is among them.
    circle = [pairs[0], pairs[3], pairs[1], pairs[2]]
    start = crc32(name.encode()) % len(circle)
    return tuple((platform, *circle[(start + index) % len(circle)]) for index, platform in enumerate(EVERYWHERE))
