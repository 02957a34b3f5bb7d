"""On what a conversation runs: a platform, a database, a language."""

from typing import Final, TypeAlias

from services.people import Language

Combination: TypeAlias = tuple[str, str, Language]

ALL: Final[tuple[Combination, ...]] = (
    ("web", "sqlite", Language.GERMAN),
    ("web", "postgres", Language.ENGLISH),
    ("teams", "sqlite", Language.ENGLISH),
    ("teams", "postgres", Language.GERMAN),
)
"""Any two of the choices meet in one of them."""

TEAMS: Final[tuple[Combination, ...]] = (
    ("teams", "sqlite", Language.GERMAN),
    ("teams", "postgres", Language.ENGLISH),
)
"""For what Microsoft Teams alone does."""

OPPOSITES: Final[tuple[Combination, ...]] = (
    ("web", "sqlite", Language.GERMAN),
    ("teams", "postgres", Language.ENGLISH),
)
"""Each choice once, for modules whose stories are many or long: `COMBINATIONS = OPPOSITES`."""


def measured(chosen: tuple[Combination, ...]) -> Combination:
    """Where the coverage of a conversation is watched, which doubles its time: what is not the browser and a file.

    Those two have the most tests of their own; all combinations take the same ways through what is behind them.
    """
    return next((one for one in chosen if one[:2] == ("teams", "postgres")), chosen[0])
