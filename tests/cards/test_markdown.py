from html import escape

import pytest
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt

from cards.render.markdown import escape_markdown

MARKDOWN = MarkdownIt("js-default", {"html": False, "linkify": False})
"""What the Teams clients on the desktop and in the browser use, with more of it than they switch on."""

NASTY = "ab1 *_[]()~`#>-+=.!\\&;<>{}|:/x\n@$^éß“ „"


def read(words: str) -> str:
    """What a client shows of escaped words, as HTML."""
    return str(MARKDOWN.render(escape_markdown(words))).replace("&quot;", '"')


def as_written(words: str) -> str:
    """The very words as HTML, a paragraph a line."""
    lines = (line.strip() for line in words.split("\n"))
    return "".join(f"<p>{escape(line, quote=False)}</p>\n" for line in lines if line)


@given(
    st.text(alphabet=st.sampled_from(NASTY), max_size=30)
    | st.text(max_size=30).map(lambda text: text.replace("\r", ""))
)
def test_words_arrive_as_they_were_written(words: str) -> None:
    """Whatever is written, a client reads these words and no markup."""
    printable = "".join(character for character in words if character == "\n" or character.isprintable())
    assert read(printable) == as_written(printable)


@pytest.mark.parametrize(
    "words",
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
def test_markup_arrives_as_text(words: str) -> None:
    """Each kind of markup arrives as the text that it was."""
    assert read(words) == as_written(words)


def test_functions_of_clients_are_broken_up() -> None:
    """Clients replace dates in double braces; a person's braces never stand together."""
    assert "{{" not in escape_markdown("{{DATE(2026-11-24T10:00:00Z, SHORT)}} {{{TIME(x)}}}")


@pytest.mark.parametrize(
    "words",
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
def test_ordinary_words_stay_untouched(words: str) -> None:
    """Masked addresses, file names and figures carry no backslash, which some phones would show."""
    assert escape_markdown(words) == words
    assert read(words) == as_written(words)
