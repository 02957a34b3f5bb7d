"""On what a conversation runs: a platform, a database, a language."""

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
"""For what the browser alone does."""

TEAMS: Final[tuple[Combination, ...]] = (
    ("teams", "sqlite", Language.GERMAN),
    ("teams", "postgres", Language.ENGLISH),
)
"""For what Microsoft Teams alone does."""

SLACK: Final[tuple[Combination, ...]] = (
    ("slack", "sqlite", Language.ENGLISH),
    ("slack", "postgres", Language.GERMAN),
)
"""For what Slack alone does."""

EVERYWHERE: Final = ("web", "teams", "slack")


def all_of(platforms: tuple[str, ...]) -> tuple[Combination, ...]:
    """Every combination there is."""
    return tuple(product(platforms, DATABASES, Language))


def some_of(platforms: tuple[str, ...], name: str) -> tuple[Combination, ...]:
    """One combination for each platform, among them both databases and both languages.

    Which platform gets which depends on the name of the conversation alone, so that over all conversations every
    combination occurs.
    """
    pairs = list(product(DATABASES, Language))
    turned = crc32(name.encode()) % len(pairs)
    # Of any three in a row two are opposites, and so each language and each database is among them.
    circle = [pairs[0], pairs[3], pairs[1], pairs[2]]
    drawn = [circle[(turned + place) % len(circle)] for place in range(len(platforms))]
    return tuple((platform, *pair) for platform, pair in zip(platforms, drawn, strict=True))


def measured(chosen: tuple[Combination, ...], name: str) -> Combination:
    """Where the coverage of a conversation is watched, which doubles its time: in Teams or in Slack.

    The browser has the most tests of its own; all combinations take the same ways through what is behind them.
    """
    watched = [one for one in chosen if one[0] != "web"] or list(chosen)
    return watched[crc32(name.encode()) // 4 % len(watched)]
