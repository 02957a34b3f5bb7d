"""Escape text for Markdown, only where it could be parsed as markup."""

import re
from typing import Final

ALWAYS_ESCAPED: Final = re.compile(r"[\[`]|~~+|(?<=\{)\{|\\(?=[!-/:-@\[-`{-~]|$)|&(?=#?\w+;)|<(?=[A-Za-z/!?])")
ESCAPE_STARTS: Final = re.compile(r"[\[`~{\\&<*_]")
"""First characters of the patterns beside this one, except at the start of a line."""
EMPHASIS_RUN: Final = re.compile(r"\*+|_+")
LINE_START: Final = re.compile(r"(?:[-+=](?=[-+=\s]|$)|#+(?=\s|$)|>|\d{1,9}(?=[.)](?:\s|$)))")


def escape_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it unchanged; each line becomes a paragraph.

    Some mobile clients show an unneeded backslash. A masked address (`e***@acme.de`) therefore keeps its asterisks:
    only what could open an emphasis is escaped.
    """
    if "\n" not in text:
        return escape_start(escape_inside(text.strip()))
    lines = (line.strip() for line in text.split("\n"))
    return "\n\n".join(escape_start(escape_inside(line)) for line in lines if line)


def escape_inside(line: str) -> str:
    return (
        EMPHASIS_RUN.sub(escape_run, ALWAYS_ESCAPED.sub(add_backslashes, line)) if ESCAPE_STARTS.search(line) else line
    )


def add_backslashes(match: re.Match[str]) -> str:
    return "".join("\\" + character for character in match[0])


def escape_run(match: re.Match[str]) -> str:
    """Escape asterisks or underscores unless they cannot open an emphasis or a list."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    opens_nothing = bool(before) and (not after or after.isspace())
    inside_word = before.isalnum() and (is_punctuation(after) or (match[0][0] == "_" and after.isalnum()))
    return match[0] if opens_nothing or inside_word else add_backslashes(match)


def is_punctuation(character: str) -> bool:
    return character.isascii() and character.isprintable() and not character.isalnum() and character != " "


def escape_start(line: str) -> str:
    """Escape what would make the line a list, heading, rule or quotation."""
    if line[:1].isalpha():
        return line
    if not (match := LINE_START.match(line)):
        return line
    return f"{match[0]}\\{line[match.end() :]}" if match[0].isdigit() else f"\\{line}"
