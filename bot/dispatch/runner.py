"""Resolve the command of an interaction and run commands inside a given transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from bot.commands.command import Command, CommandResult, Context
from bot.commands.extensions import LINKED, find_lead_link, replace_lead_links
from bot.commands.parser import TEXT_MAX_CHARS
from bot.commands.registry import Registry
from bot.dispatch.interaction import Interaction, InteractionKind, private_placement
from bot.views.base import View
from cards.model import Card
from services.actor import Actor
from services.errors import Invalid
from services.unit_of_work import UnitOfWork

RECEIVE_FILE: Final = "file.receive"
EVENT_COMMANDS: Final = {
    InteractionKind.INSTALLED: "conversation.install",
    InteractionKind.REMOVED: "conversation.remove",
}
"""Commands of platform events; no button may run them."""


@dataclass(frozen=True, slots=True)
class CommandRunner:
    """Runs commands of the registry."""

    registry: Registry
    public_url: str
    views: Mapping[str, View]

    def resolve(self, interaction: Interaction) -> tuple[Command, dict[str, Any]] | None:
        """Find the command of an interaction and its raw arguments; None where there is none. Raises Invalid."""
        if interaction.kind is InteractionKind.MESSAGE:
            # A message with files is about the files, whatever its text says.
            if interaction.files:
                return self.registry.commands[RECEIVE_FILE], {}
            return self._parse(interaction.text)
        name = EVENT_COMMANDS.get(interaction.kind, interaction.command)
        is_forged = interaction.kind not in EVENT_COMMANDS and name in EVENT_COMMANDS.values()
        command = None if is_forged else self.registry.commands.get(name)
        return (command, dict(interaction.args)) if command else None

    def build_context(self, uow: UnitOfWork, actor: Actor, interaction: Interaction) -> Context:
        """Build what handlers and forms get."""
        return Context(uow, actor, interaction, self.registry.commands, self.run, self.public_url, self.views)

    async def run(self, context: Context, name: str, raw: Mapping[str, Any]) -> Card | CommandResult | None:
        """Run a command, or return its form where arguments are missing. Raises Refusal."""
        command = self.registry.commands[name]
        try:
            args = command.convert(raw)
        except msgspec.ValidationError as error:
            if command.form is None or context.interaction.kind is InteractionKind.REFRESH:
                raise Invalid("text", "not_understood") from error
            form = await command.form(context, raw, ())
            return CommandResult(form, private_placement(context.interaction, context.actor))
        return await command.handler(context, args)

    def _parse(self, text: str) -> tuple[Command, dict[str, Any]] | None:
        """Parse a typed command; a text that is none but holds a link to a lead shows this lead."""
        # A text beyond the limit is refused by its length, not searched for links.
        parsed = self.registry.parse(text if len(text) > TEXT_MAX_CHARS else replace_lead_links(self.public_url, text))
        if parsed is None and (lead_id := find_lead_link(self.public_url, text)):
            return self.registry.commands[LINKED], {"lead": lead_id}
        return parsed
