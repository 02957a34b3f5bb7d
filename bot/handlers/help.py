"""Commands for help, language and cancelling."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from bot.commands.command import Args, Command, CommandDeclaration, Context, Group, NoArgs
from bot.dispatch.external import COMMANDS_FOR_EXTERNAL_USERS
from cards import help as cards
from cards.model import Card, t
from services import user
from services.actor import Actor
from services.errors import ConfirmationWarning
from services.people import Language
from services.permissions import Permission


class LanguageArgs(Args, frozen=True):
    """A language, `de` or `en`."""

    language: Language = msgspec.field()


class HelpArgs(Args, frozen=True):
    """Topic of the help; empty for all topics."""

    group: str = ""


GROUPS: Final = {
    "lead": Group.LEADS,
    "markt": Group.MARKETPLACE,
    "market": Group.MARKETPLACE,
    "marktplatz": Group.MARKETPLACE,
    "me": Group.YOU,
    "ich": Group.YOU,
} | {group.value: group for group in Group}
"""Words for the topics."""


AT_HOME: Final = frozenset({"home.show"})
"""Commands that help omits in a conversation of another team."""


@CommandDeclaration(
    name="help",
    english=("help", "hello", "hi", "?"),
    german=("hilfe", "hallo"),
    permission=Permission.HELP,
    about=t("Show what you can do here"),
    verb=t("What can I do here?"),
    group=Group.YOU,
    args=HelpArgs,
    takes=("group",),
    writes=False,
)
async def show(ctx: Context, args: HelpArgs) -> Card:
    """List what the actor may do here."""
    ctx.actor.require(Permission.HELP)
    german = ctx.actor.language is Language.GERMAN
    offered = tuple(
        cards.CommandHelp(
            command.group,
            command.name,
            command.about,
            command.verb,
            (command.german if german else command.english)[0],
            tuple(name.rstrip("*") for name in command.takes),
            is_clickable=not command.needs_arguments or command.form is not None,
        )
        for command in ctx.commands.values()
        if command.listed and _is_offered(ctx.actor, command)
    )
    if ctx.actor.is_external:
        return cards.help_card("", offered)
    if ctx.actor.is_visiting:
        return cards.visitor_help_card(ctx.actor.place, offered)
    team = await ctx.uow.teams.get_name(ctx.actor.team_id)
    return cards.help_card(team or "", offered, GROUPS.get(args.group.casefold(), ""))


def _is_offered(actor: Actor, command: Command) -> bool:
    if (actor.is_external and command.name not in COMMANDS_FOR_EXTERNAL_USERS) or (
        actor.is_visiting and command.name in AT_HOME
    ):
        return False
    return actor.may_see(command.permission)


async def language_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """A language, `de` or `en`."""
    del known, warnings
    ctx.actor.require(Permission.PREFERENCE_SET)
    return cards.language_form()


@CommandDeclaration(
    name="preference.language",
    english=("language",),
    german=("sprache",),
    permission=Permission.PREFERENCE_SET,
    about=t("Choose the language I speak with you: de or en"),
    verb=t("Change language"),
    group=Group.YOU,
    args=LanguageArgs,
    takes=("language",),
    form=language_form,
    changes_reader=True,
)
async def language(ctx: Context, args: LanguageArgs) -> Card:
    """Change the actor's language."""
    await user.choose_language(ctx.uow, ctx.actor, args.language)
    return cards.language_chosen_card()


@CommandDeclaration(
    name="cancel",
    english=("cancel",),
    german=("abbrechen",),
    permission=Permission.HELP,
    about=t("Leave everything as it is"),
    verb=t("Cancel"),
    group=Group.YOU,
    writes=False,
    listed=False,
)
async def cancel(ctx: Context, args: NoArgs) -> Card:
    """Confirm that nothing changes."""
    del args
    ctx.actor.require(Permission.HELP)
    return cards.cancelled_card()
