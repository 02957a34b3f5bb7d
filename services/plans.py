"""Plans and what each includes, read once from plans.toml."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

DEFAULT_PLAN: Final = "enterprise"
"""Plan of new teams, while billing does not exist."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Row of the table."""

    included_members: int
    """Included seats; the owner takes one of them (A4)."""


PLANS: Final = {
    name: Plan(**row)
    for name, row in tomllib.loads(files("services").joinpath("plans.toml").read_text("utf-8")).items()
}
