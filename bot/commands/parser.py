"""Parse typed text: words, quoted names and `name=value` pairs become raw arguments of a command."""

import re
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from bot.commands.command import Command
from services.errors import Invalid

TEXT_MAX_CHARS: Final = 4_000
"""Slack truncates messages at 40,000 and Teams at 28,000 characters; a typed command needs far fewer."""
ARGUMENTS_MAX: Final = 60

_TOKEN: Final = re.compile(
    r'(?P<name>[\w.]+=)?"(?P<quoted>[^"]*)"|(?P<low>[\w.]+=)?[„“](?P<german>[^“”"]*)[“”"]|(?P<plain>\S+)'
)
_PAIR: Final = re.compile(r"(?P<name>[a-z][a-z_]*)=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, its offset, and whether it was quoted."""

    text: str
    start: int
    quoted: bool

    @property
    def folded(self) -> str:
        """Key for comparison with the words of commands; a quoted token never equals one."""
        return "\0" if self.quoted else self.text.casefold()


def split_text(text: str) -> list[Token]:
    """Split a text into tokens; straight or German quotes group words, also behind `name=`."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        name = match["name"] or match["low"] or ""
        quoted = match["quoted"] if match["quoted"] is not None else match["german"]
        is_plain = quoted is None
        tokens.append(Token(match["plain"] if is_plain else name + quoted, match.start(), quoted=not is_plain))
    return tokens


def parse_arguments(command: Command, text: str, tokens: list[Token]) -> dict[str, Any]:
    """Parse the tokens behind the words of a command. Raises Invalid for more than the command takes."""
    if len(tokens) > ARGUMENTS_MAX and not any(name.endswith("*") for name in command.takes):
        raise Invalid("text", "too_many", ARGUMENTS_MAX)
    names = {field.name for field in msgspec.structs.fields(command.args)} - {"accept"}
    raw: dict[str, Any] = {}
    positions = list(command.takes)
    for token in _join_name(command, tokens):
        pair = _PAIR.fullmatch(token.text)
        if pair and pair["name"] in names:
            raw[pair["name"]] = pair["value"]
        elif len(positions) == 1 and token.text in command.before and not token.quoted:
            continue
        elif positions and positions[0].endswith("*"):
            rest = token.text if token.quoted and token is tokens[-1] else text[token.start :].strip()
            return {positions[0][:-1]: rest} | raw
        elif positions:
            raw[positions.pop(0)] = token.text
        else:
            raise Invalid("text", "not_understood")
    return raw


def _join_name(command: Command, tokens: list[Token]) -> list[Token]:
    """Join the words of the first argument up to the words at which `command.ends` begins the next one."""
    if not command.ends or not tokens or not _is_bare(tokens[0]):
        return tokens
    ends = (
        index for index, token in enumerate(tokens) if index and (token.folded in command.ends or not _is_bare(token))
    )
    end = next(ends, len(tokens))
    return [Token(" ".join(token.text for token in tokens[:end]), tokens[0].start, quoted=False), *tokens[end:]]


def _is_bare(token: Token) -> bool:
    """Whether the token is a word of a name: not quoted, no mention, no `name=value`."""
    return not token.quoted and not token.text.startswith("@") and _PAIR.fullmatch(token.text) is None
