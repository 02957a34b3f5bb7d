"""People, how they are recognised, and the language they chose."""

from services.user.meeting import choose_language, known, meet, recognise
from services.user.model import (
    ChosenLanguage,
    Identity,
    LanguageChosen,
    Met,
    Recognised,
    User,
    spoken,
)

__all__ = [
    "ChosenLanguage",
    "Identity",
    "LanguageChosen",
    "Met",
    "Recognised",
    "User",
    "choose_language",
    "known",
    "meet",
    "recognise",
    "spoken",
]
