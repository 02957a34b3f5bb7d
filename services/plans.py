"""What each plan includes, read once from the table beside this module."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

DEFAULT_PLAN: Final = "enterprise"
"""Of a new team, while nothing is charged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A row of the table."""

    included_members: int
    """Seats without buying any; the owner's is one of them (A4)."""


PLANS: Final = {
    name: Plan(**row)
    for name, row in tomllib.loads(files("services").joinpath("plans.toml").read_text("utf-8")).items()
}
