"""Confirmation of commands with consequences: the warnings, and the same command with the warnings accepted.

Each noun registers the texts of its warnings under their code.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from cards.model import Badge, Card, Run, State, Style, T, Text, Tone, t
from services.errors import ConfirmationWarning

WarningText: TypeAlias = Callable[[Mapping[str, Any]], T]

WARNINGS: Final[dict[str, WarningText]] = {}


def register_warning(code: str) -> Callable[[WarningText], WarningText]:
    """Register the text of a warning code. Raises ValueError for a second registration."""

    def register(text: WarningText) -> WarningText:
        if code in WARNINGS:
            message = f"two wordings of {code}"
            raise ValueError(message)
        WARNINGS[code] = text
        return text

    return register


def warning_text(warning: ConfirmationWarning) -> T:
    """Build the sentence of a warning."""
    return WARNINGS[warning.code](warning.params)


def confirmation_card(
    warnings: tuple[ConfirmationWarning, ...], label: T, command: str, args: Mapping[str, Any]
) -> Card:
    """Show the warnings, the first as title, with a button that repeats the command and accepts them."""
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
