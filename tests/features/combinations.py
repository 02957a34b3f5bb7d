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

MEASURED: Final = frozenset({("web", "sqlite"), ("teams", "postgres")})
"""Where the coverage is measured, which doubles the time of a conversation: each platform and each database once."""
