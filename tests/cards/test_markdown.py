from html import escape

import pytest
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt

from cards.render.markdown import escape_markdown

MARKDOWN = MarkdownIt("js-default", {"html": False, "linkify": False})
"""The parser of the Teams desktop and browser clients, with more features than they enable."""

MARKUP_CHARACTERS = "ab1 *_[]()~`#>-+=.!\\&;<>{}|:/x\n@$^éß“ „"


def render_as_client(text: str) -> str:
    """Return the HTML that a client shows for the escaped text."""
    return str(MARKDOWN.render(escape_markdown(text))).replace("&quot;", '"')


def render_unformatted(text: str) -> str:
    """Return the unformatted text as HTML, one paragraph per line."""
    lines = (line.strip() for line in text.split("\n"))
    return "".join(f"<p>{escape(line, quote=False)}</p>\n" for line in lines if line)


@given(
    st.text(alphabet=st.sampled_from(MARKUP_CHARACTERS), max_size=30)
    | st.text(max_size=30).map(lambda text: text.replace("\r", ""))
)
def test_escaped_text_is_shown_unchanged(text: str) -> None:
    """A client shows any escaped text unchanged and without markup."""
    printable = "".join(character for character in text if character == "\n" or character.isprintable())
    assert render_as_client(printable) == render_unformatted(printable)


@pytest.mark.parametrize(
    "text",
    [
        "[Bank](http://evil.example)",
        "![x](http://evil.example/x.png)",
        "<http://evil.example>",
        "**b** _i_ ~~s~~ `c`",
        "<at>Ben Kaya</at>",
        "&nbsp;&#42;",
        "- a\n- b\n1. c\n2) d",
        "# Title\n> quote\n---\n===",
        "a\n\n    code",
        "\\*a\\*",
        "| a | b |\n|---|---|\n| c | d |",
        "[a]: http://evil.example",
    ],
)
def test_markup_is_shown_as_text(text: str) -> None:
    """Each kind of markup is shown as its source text."""
    assert render_as_client(text) == render_unformatted(text)


def test_date_functions_are_escaped() -> None:
    """Clients replace dates in double braces; braces in user text are separated."""
    assert "{{" not in escape_markdown("{{DATE(2026-11-24T10:00:00Z, SHORT)}} {{{TIME(x)}}}")


@pytest.mark.parametrize(
    "text",
    [
        "e***@posteo.de · 70***",
        "C:\\Angebote",
        "first_last@acme.de",
        "-5 % bis 26.11.",
        "5 < 6 & 7 > 6",
        "Müller & Söhne",
        "3 * 4",
    ],
)
def test_ordinary_text_has_no_backslash(text: str) -> None:
    """Masked addresses, file names and figures carry no backslash, which some mobile clients would show."""
    assert escape_markdown(text) == text
    assert render_as_client(text) == render_unformatted(text)
