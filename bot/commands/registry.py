"""The registry of commands: name, words in both languages, typed arguments.

Texts and card payloads parse to the same arguments.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias

import msgspec
from rapidfuzz import fuzz, process

from bot.commands.context import Context
from bot.dispatch.incoming import Placement
from cards.model import Card, T
from services.errors import Invalid, Warn
from services.people import Language
from services.permissions import Permission

TEXT_MAX_CHARS = 4_000
ARGUMENTS_MAX = 60


class Args(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Arguments of a command. `accept` holds the codes of the warnings that the person has accepted."""

    accept: tuple[str, ...] = ()


class NoArgs(Args, frozen=True):
    """A command that needs nothing."""


class Group(StrEnum):
    """Under which heading `help` lists a command."""

    LEADS = "leads"
    MARKETPLACE = "marketplace"
    TEAM = "team"
    YOU = "you"


@dataclass(frozen=True, slots=True)
class Reply:
    """A card with a place of its own, where the command's usual one does not fit."""

    card: Card
    placement: Placement
    choices: tuple[Card, ...] = ()
    """See `bot.dispatch.incoming.Answer`."""
    kept: Card | None = None
    """What a repetition is answered, where the card itself tells a secret, which is kept nowhere."""


Handler: TypeAlias = "Callable[[Context, Any], Awaitable[Card | Reply | None]]"
"""Carries out a command; nothing to show for an event that needs no answer."""
Form: TypeAlias = Callable[[Context, Mapping[str, Any], tuple[Warn, ...]], Awaitable[Card]]
"""Draws the form of a command, filled with what is known already, under the warnings that must be accepted."""


TO_SOMEBODY: Final = frozenset({"an", "mit", "to", "with"})
"""See `Command.before`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One row of the registry."""

    name: str
    english: tuple[str, ...]
    german: tuple[str, ...]
    permission: Permission
    about: T
    """What it does, a line for `help`."""
    verb: T
    """What its button says."""
    group: Group
    handler: Handler
    also: tuple[Permission, ...] = ()
    """What it needs besides, depending on its arguments; whoever lacks it can ask for it."""
    args: type[Args] = NoArgs
    takes: tuple[str, ...] = ()
    """Arguments by position when typed; a trailing * takes the rest of the line."""
    ends: frozenset[str] = frozenset()
    """Words at which the first argument ends: all before them is one name, which needs no quotes."""
    before: frozenset[str] = frozenset()
    """Small words that may stand before the last argument, as they do in a sentence; capitals begin a name."""
    form: Form | None = None
    warns_in_form: bool = False
    """Whether warnings stand above the form, filled in as it was, instead of on a card of their own."""
    writes: bool = True
    private: bool = True
    """Whether a typed command is answered to the person alone even in a channel."""
    on_click: Placement = Placement.REPLACE
    is_askable: bool = True
    """Whether somebody else can be asked to do it; what came with a message only its sender has."""
    changes_reader: bool = False
    """Whether its very answer is for the person as the command leaves him: in another language, say."""
    listed: bool = True
    """Whether `help` and the suggestions show it; buttons may run what nobody types."""

    @property
    def words(self) -> tuple[str, ...]:
        """All its words; either language is understood at any time."""
        return self.english + self.german

    def words_in(self, language: Language) -> tuple[str, ...]:
        """Its words in one language, the usual one first."""
        return self.german if language is Language.GERMAN else self.english

    @property
    def needs_arguments(self) -> bool:
        """Whether it cannot run as its bare words."""
        return any(one.required for one in _fields(self.args))

    def read(self, raw: Mapping[str, Any]) -> Args:
        """Typed arguments from a payload or a parsed text. Raises msgspec.ValidationError."""
        known = {name: value for name, value in raw.items() if value not in ("", None)}
        return msgspec.convert(known, self.args, strict=False)


@dataclass(frozen=True, slots=True)
class Typed:
    """A text understood: the command and its raw arguments."""

    command: Command
    raw: dict[str, Any]


@dataclass(slots=True)
class Registry:
    """All commands."""

    commands: dict[str, Command] = field(default_factory=dict[str, Command])
    _by_words: dict[tuple[str, ...], Command] = field(default_factory=dict[tuple[str, ...], Command])

    def add(self, *commands: Command) -> None:
        """Register commands; a name or a word that is taken is a defect."""
        for command in commands:
            taken = [word for word in command.words if tuple(word.split()) in self._by_words]
            if command.name in self.commands or taken:
                message = f"{command.name} is registered twice, or its words are taken: {taken}"
                raise ValueError(message)
            self.commands[command.name] = command
            self._by_words.update({tuple(word.split()): command for word in command.words})

    def find(self, text: str) -> Typed | None:
        """The command that the first words name, the longest match first; None if they name nothing.

        Raises Invalid when the text is beyond its limit or has more arguments than the command takes.
        """
        if len(text) > TEXT_MAX_CHARS:
            raise Invalid("text", "too_long", TEXT_MAX_CHARS)
        tokens = split(text)
        folded = [token.folded for token in tokens]
        for size in range(min(3, len(tokens)), 0, -1):
            command = self._by_words.get(tuple(folded[:size]))
            if command is not None:
                return Typed(command, _arguments(command, text, tokens[size:]))
        return None

    def nearest(
        self, text: str, language: Language, *, allowed: Callable[[Permission], bool], limit: int = 3
    ) -> list[tuple[str, Command]]:
        """The commands likeliest meant by what was typed, best first, each with a word of the person's language."""
        words = {
            word: command
            for command in self.commands.values()
            if command.listed and allowed(command.permission)
            for word in command.words
        }
        typed = " ".join(token.folded for token in split(text[:80])[:3])
        found: dict[str, tuple[str, Command]] = {}
        for word, _score, _ in process.extract(typed, list(words), scorer=fuzz.WRatio, limit=12, score_cutoff=55):
            own = words[word].words_in(language)
            found.setdefault(words[word].name, (word if word in own else own[0], words[word]))
        return list(found.values())[:limit]


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, where it starts, and whether it was quoted."""

    text: str
    start: int
    quoted: bool

    @property
    def folded(self) -> str:
        """For comparing with the words of commands; a quoted word never is one."""
        return "\0" if self.quoted else self.text.casefold()


_TOKEN = re.compile(
    r'(?P<name>[\w.]+=)?"(?P<quoted>[^"]*)"|(?P<low>[\w.]+=)?[„“](?P<german>[^“”"]*)[“”"]|(?P<plain>\S+)'
)
_NAMED = re.compile(r"(?P<name>[a-z][a-z_]*)=(?P<value>.*)", re.DOTALL)


def split(text: str) -> list[Token]:
    """Words; straight or German quotes group them, also behind `name=`."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        name = match["name"] or match["low"] or ""
        quoted = match["quoted"] if match["quoted"] is not None else match["german"]
        plain = quoted is None
        tokens.append(Token(match["plain"] if plain else name + quoted, match.start(), quoted=not plain))
    return tokens


@cache
def _fields(args: type[Args]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(args)


def _arguments(command: Command, text: str, tokens: list[Token]) -> dict[str, Any]:
    if len(tokens) > ARGUMENTS_MAX and not any(name.endswith("*") for name in command.takes):
        raise Invalid("text", "too_many", ARGUMENTS_MAX)
    fields = {one.name for one in _fields(command.args)} - {"accept"}
    raw: dict[str, Any] = {}
    places = list(command.takes)
    for token in _gathered(command, tokens):
        named = _NAMED.fullmatch(token.text)
        if named and named["name"] in fields:
            raw[named["name"]] = named["value"]
        elif len(places) == 1 and token.text in command.before and not token.quoted:
            continue
        elif places and places[0].endswith("*"):
            rest = token.text if token.quoted and token is tokens[-1] else text[token.start :].strip()
            return {places[0][:-1]: rest} | raw
        elif places:
            raw[places.pop(0)] = token.text
        else:
            raise Invalid("text", "not_understood")
    return raw


def _gathered(command: Command, tokens: list[Token]) -> list[Token]:
    """The words of a name as one, where the command tells at which words the next argument begins."""
    if not command.ends or not tokens or not _is_bare(tokens[0]):
        return tokens
    others = (place for place, one in enumerate(tokens) if place and (one.folded in command.ends or not _is_bare(one)))
    end = next(others, len(tokens))
    return [Token(" ".join(one.text for one in tokens[:end]), tokens[0].start, quoted=False), *tokens[end:]]


def _is_bare(token: Token) -> bool:
    """Whether it is a word of a name: no whole name in quotes, nobody who is mentioned, no `name=value`."""
    return not token.quoted and not token.text.startswith("@") and _NAMED.fullmatch(token.text) is None
