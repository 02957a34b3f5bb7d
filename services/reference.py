"""References: how users write the number of a thing in their team, such as L-12 for a lead.

A noun whose things have numbers declares its prefix as `REFERENCE` in its module `model`.
"""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reference:
    """A prefix of one letter and, after a hyphen, a number."""

    prefix: str
    is_prefix_optional: bool = False
    """Whether the number alone, as users type it in a command, also means this noun."""
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        optional = "?" if self.is_prefix_optional else ""
        object.__setattr__(self, "_pattern", re.compile(rf"(?:{self.prefix}-?0*){optional}(\d{{1,9}})", re.IGNORECASE))

    def write(self, number: int) -> str:
        """Write a number, such as L-12."""
        return f"{self.prefix}-{number}"

    def parse(self, text: str) -> int | None:
        """Read the number of a reference such as L-12, l12 or L-0012; None for any other text, such as an id."""
        match = self._pattern.fullmatch(text.strip())
        return int(match[1]) if match else None
