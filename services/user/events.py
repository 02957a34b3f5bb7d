"""Events about users."""

from services.events import Event


class LanguageChosen(Event, frozen=True, kw_only=True, tag="preference.language_chosen"):
    """A person chose the language in which the bot speaks to him."""

    language: str
