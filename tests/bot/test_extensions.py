import pytest

from bot.commands.extensions import EXTENSIONS, Extension
from cards.examples import NOW
from cards.model import T
from cards.render.text import RenderContext
from services.people import Language

TITLE_MAX_CHARS = 32
ABOUT_MAX_CHARS = 128

every_extension = pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda item: item.id)


@every_extension
@pytest.mark.parametrize("language", Language)
def test_extension_texts_fit_the_limits(extension: Extension, language: Language) -> None:
    """Titles and descriptions keep the limits of both platforms in both languages."""
    named = [extension, *extension.parameters]
    assert [extension for extension in named if len(written(extension.title, language)) > TITLE_MAX_CHARS] == []
    assert [extension for extension in named if len(written(extension.about, language)) > ABOUT_MAX_CHARS] == []


def written(text: T, language: Language) -> str:
    """Return the text in a language."""
    return RenderContext(language, "UTC", NOW).format_line(text)
