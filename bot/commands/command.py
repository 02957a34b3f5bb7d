"""The types of a command: declaration, arguments, context and result."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final, TypeAlias

import msgspec

from bot.dispatch.interaction import Interaction, Placement
from bot.views.base import View
from cards.model import Card, T
from cards.render.text import RenderContext
from services.actor import Actor
from services.errors import ConfirmationWarning
from services.people import Language
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


class Args(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Arguments of a command. `accept` holds the codes of the warnings that the reader has accepted."""

    accept: tuple[str, ...] = ()


class NoArgs(Args, frozen=True):
    """The arguments of a command that takes none."""


class Group(StrEnum):
    """Heading under which `help` lists a command."""

    LEADS = "leads"
    MARKETPLACE = "marketplace"
    TEAM = "team"
    YOU = "you"


class CommandResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A card with its placement; the inbox stores it as JSON for repetitions of the interaction."""

    card: Card
    placement: Placement
    choices: tuple[Card, ...] = ()
    """See `bot.dispatch.interaction.Response`."""
    repeated_card: Card | None = None
    """Card for a repetition, where `card` shows a secret that must not be stored."""

    def encode_for_inbox(self) -> str:
        """Encode what a repetition gets; a secret card is left out."""
        stored = CommandResult(self.repeated_card or self.card, self.placement, self.choices)
        return msgspec.json.encode(stored).decode()


def decode_result(stored: str) -> CommandResult:
    """Decode a result from the inbox."""
    return msgspec.json.decode(stored, type=CommandResult)


RunCommand: TypeAlias = "Callable[[Context, str, Mapping[str, Any]], Awaitable[Card | CommandResult | None]]"


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler gets beside its arguments."""

    uow: UnitOfWork
    actor: Actor
    interaction: Interaction
    commands: "Mapping[str, Command]"
    run: RunCommand
    """Runs another command in the same transaction as the same actor, for example an approved request."""
    public_url: str
    views: Mapping[str, View]
    """Views that render posted cards, by name."""

    @property
    def writer(self) -> RenderContext:
        """Writer for a file, in the language and time zone of the actor."""
        return RenderContext(self.actor.language, self.actor.zone, self.uow.now)

    @property
    def message_placement(self) -> Placement:
        """Placement of a separate message: private where other members read the conversation."""
        return Placement.PRIVATE if self.actor.place.is_public else Placement.NEW


Handler: TypeAlias = Callable[[Context, Any], Awaitable[Card | CommandResult | None]]
"""Runs a command; returns None for an event that needs no response."""
Form: TypeAlias = Callable[[Context, Mapping[str, Any], tuple[ConfirmationWarning, ...]], Awaitable[Card]]
"""Builds the form of a command from the given raw arguments, below the warnings to be accepted."""


RECIPIENT_PREPOSITIONS: Final = frozenset({"an", "mit", "to", "with"})
"""See `CommandDeclaration.before`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDeclaration:
    """The decorator above a handler: names and words, permission, arguments and placement of the command."""

    name: str
    english: tuple[str, ...] = ()
    german: tuple[str, ...] = ()
    permission: Permission
    about: T
    """One line for `help`."""
    verb: T
    """Label of its button."""
    group: Group
    also: tuple[Permission, ...] = ()
    """Further permissions that some arguments require; an actor without them can ask an approver."""
    args: type[Args] = NoArgs
    takes: tuple[str, ...] = ()
    """Positional arguments of the typed command; a trailing * takes the rest of the line."""
    ends: frozenset[str] = frozenset()
    """Words that end the first argument, so that a name of several words needs no quotes."""
    before: frozenset[str] = frozenset()
    """Lower-case words that may precede the last argument, as in "delegate L-1 to Ben"."""
    form: Form | None = None
    warns_in_form: bool = False
    """Whether warnings stand above the filled form instead of on a confirmation card."""
    writes: bool = True
    private: bool = True
    """Whether the response to a typed command is private in a channel."""
    on_click: Placement = Placement.REPLACE
    is_askable: bool = True
    """Whether an approver can run it; only the sender has what came with a message, such as a file."""
    changes_reader: bool = False
    """Whether the response is rendered for the changed actor, such as in another language."""
    listed: bool = True
    """Whether `help` and suggestions show it; buttons may run unlisted commands."""

    def __call__(self, handler: Handler) -> "Command":
        """Return the command that the decorated handler runs."""
        return Command(handler=handler, **{field.name: getattr(self, field.name) for field in fields(self)})

    @property
    def words(self) -> tuple[str, ...]:
        """Its words in both languages; either language is understood at any time."""
        return self.english + self.german

    @property
    def needs_arguments(self) -> bool:
        """Whether a required argument exists, so that the bare words cannot run it."""
        return any(field.required for field in msgspec.structs.fields(self.args))

    def words_in(self, language: Language) -> tuple[str, ...]:
        """Return its words in one language, the usual one first."""
        return self.german if language is Language.GERMAN else self.english

    def convert(self, raw: Mapping[str, Any]) -> Args:
        """Convert raw arguments of a payload or a parsed text. Raises msgspec.ValidationError."""
        filled = {name: value for name, value in raw.items() if value not in ("", None)}
        return msgspec.convert(filled, self.args, strict=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(CommandDeclaration):
    """A declared command with its handler."""

    handler: Handler
