"""Events about users."""

from services.events import Event


class LanguageChosen(Event, frozen=True, kw_only=True, tag="preference.language_chosen"):
    """A user chose the language of the bot."""

    language: str
