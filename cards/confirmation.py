"""What has a consequence asks once: the warnings, and the same command again with the warnings accepted.

Each noun puts its own warnings into words by registering them under their code in `WARNINGS`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from cards.model import Badge, Card, Run, State, Style, T, Text, Tone, t
from services.errors import Warn

WarningText: TypeAlias = Callable[[Mapping[str, Any]], T]

WARNINGS: Final[dict[str, WarningText]] = {}


def register_warning(code: str) -> Callable[[WarningText], WarningText]:
    """Register the words of a warning."""

    def register(text: WarningText) -> WarningText:
        if code in WARNINGS:
            message = f"two wordings of {code}"
            raise ValueError(message)
        WARNINGS[code] = text
        return text

    return register


def warning_text(warning: Warn) -> T:
    """The sentence of a warning."""
    return WARNINGS[warning.code](warning.params)


def confirmation_card(warnings: tuple[Warn, ...], label: T, command: str, args: Mapping[str, Any]) -> Card:
    """The first warning is what the card says, the others stand below; the button repeats the command."""
    first, *rest = (warning_text(warning) for warning in warnings)
    accepted = {**args, "accept": [warning.code for warning in warnings]}
    return Card(
        first,
        tuple(Text(warning) for warning in rest),
        (
            Run(label, command, accepted, Style.DESTRUCTIVE),
            Run(t("Cancel"), "cancel"),
        ),
        badge=Badge(t("Please confirm"), State.WARNING, Tone.WARNING),
    )
