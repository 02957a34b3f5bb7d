"""Help, suggestions for unknown commands, internal errors and the language choice."""

from dataclasses import dataclass

from cards.model import Badge, Card, Item, Items, Run, State, Style, T, Text, Tone, t, tn, verbatim
from cards.refusal import OWN_CHAT, other_team_text
from services.people import Place, PlaceKind

GROUP_NAMES: dict[str, T] = {
    "leads": t("Leads"),
    "marketplace": t("Marketplaces"),
    "team": t("Team"),
    "you": t("For you"),
}

ARGUMENT_SAMPLES: dict[str, T] = {
    "lead": verbatim("L-1"),
    "invitation": verbatim("I-1"),
    "who": t("@Eva"),
    "role": t("member"),
    "email": verbatim("eva@acme.de"),
    "language": verbatim("de"),
    "name": t("NAME"),
    "title": t("TITLE"),
    "note": t("NOTE"),
    "text": t("QUESTION"),
    "message": t("MESSAGE"),
    "search": t("WORDS"),
    "kind": t("mine"),
    "reason": t("REASON"),
    "amount": t("18500"),
    "to": t("FIRM"),
    "marketplace": t("MARKET"),
    "code": t("CODE"),
    "group": t("team"),
}

UNGROUPED_COMMANDS_MAX = 14
"""More commands than this are listed by topic, to keep help short."""

HINT = Text(t("Write any of these, or press the button. German and English are both understood."), Tone.SUBTLE)


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One command as help lists it; `arguments` are to be typed, `is_clickable` means that it needs none."""

    group: str
    name: str
    description: T
    label: T
    typed: str
    arguments: tuple[str, ...]
    is_clickable: bool


def help_card(team: str, commands: tuple[CommandHelp, ...], group: str = "") -> Card:
    """List what this user may do here: everything when short, else the topics, or one topic."""
    title = t("What you can do in {team}", team=team) if team else t("What you can do here")
    if group:
        back = Run(t("All topics"), "help")
        return Card(GROUP_NAMES[group], (HINT, Items(_command_items(commands, group))), (back,))
    if len(commands) > UNGROUPED_COMMANDS_MAX:
        return Card(title, (HINT, Items(tuple(_group_item(commands, topic) for topic in _present_groups(commands)))))
    return Card(
        title,
        (HINT, *(Items(_command_items(commands, topic), GROUP_NAMES[topic]) for topic in _present_groups(commands))),
    )


def visitor_help_card(place: Place, commands: tuple[CommandHelp, ...]) -> Card:
    """List what a user may do in another team's channel, and where to work for the own team."""
    topics = (Items(_command_items(commands, topic), GROUP_NAMES[topic]) for topic in _present_groups(commands))
    return Card(other_team_text(place), (Text(OWN_CHAT), HINT, *topics))


def _present_groups(commands: tuple[CommandHelp, ...]) -> list[str]:
    present = {command.group for command in commands}
    return [group for group in GROUP_NAMES if group in present]


def _group_item(commands: tuple[CommandHelp, ...], group: str) -> Item:
    typed = " · ".join(command.typed for command in commands if command.group == group)
    show = Run(t("Show"), "help", {"group": group})
    return Item(GROUP_NAMES[group], verbatim(typed), actions=(show,))


def _command_items(commands: tuple[CommandHelp, ...], group: str) -> tuple[Item, ...]:
    return tuple(_command_item(command) for command in commands if command.group == group)


def _command_item(command: CommandHelp) -> Item:
    actions = (Run(command.label, command.name),) if command.is_clickable else ()
    return Item(command.description, _typed_text(command), actions=actions)


def _typed_text(command: CommandHelp) -> T:
    samples = {f"sample{index}": ARGUMENT_SAMPLES[name] for index, name in enumerate(command.arguments)}
    return T(" ".join(("{words}", *(f"{{{name}}}" for name in samples))), {"words": command.typed, **samples})


def suggestion_card(typed: str, nearest: tuple[tuple[str, str], ...]) -> Card:
    """Suggest the commands, as (word, name), nearest to an unknown one."""
    buttons = tuple(
        Run(verbatim(word), name, style=Style.PRIMARY if index == 0 else Style.NORMAL)
        for index, (word, name) in enumerate(nearest)
    )
    title = (
        tn(
            "I don't know “{typed}”. Did you mean this?",
            "I don't know “{typed}”. Did you mean one of these?",
            len(nearest),
            typed=typed,
        )
        if nearest
        else t("I don't know “{typed}”.", typed=typed)
    )
    return Card(title, actions=(*buttons, Run(t("What can I do here?"), "help")))


def internal_error_card(correlation_id: str) -> Card:
    """Report an internal error with its correlation id."""
    return Card(
        t("That didn't work, and it's our fault."),
        (
            Text(t("Nothing was changed. Please try again; if it happens again, give your admin this number.")),
            Text(t("Error number {number}", number=correlation_id), Tone.SUBTLE),
        ),
        badge=Badge(t("Error"), State.WARNING, Tone.BAD),
    )


def cancelled_card() -> Card:
    """Confirm that nothing was changed."""
    return Card(t("Cancelled. Nothing was changed."))


def language_chosen_card() -> Card:
    """Confirm the language, already in that language."""
    return Card(t("I'll speak English with you from now on."), actions=(Run(t("What can I do here?"), "help"),))


def language_form() -> Card:
    """Ask for the language."""
    return Card(
        t("Which language shall I speak with you?"),
        actions=(
            Run(verbatim("Deutsch"), "preference.language", {"language": "de"}),
            Run(verbatim("English"), "preference.language", {"language": "en"}),
        ),
    )


_COMMANDS = (
    CommandHelp(
        "leads", "lead.list", t("What is on offer and what is in work"), t("Show leads"), "leads", (), is_clickable=True
    ),
    CommandHelp("team", "member.list", t("Who is in the team"), t("Show colleagues"), "members", (), is_clickable=True),
)
_VISITOR_COMMANDS = (
    CommandHelp(
        "you", "help", t("Show what you can do here"), t("What can I do here?"), "help", ("group",), is_clickable=True
    ),
)

EXAMPLES = {
    "help": help_card("Solarhaus GmbH", _COMMANDS),
    "help by topic": help_card("Solarhaus GmbH", _COMMANDS * UNGROUPED_COMMANDS_MAX),
    "help in another team's channel": visitor_help_card(
        Place("web", "t", "c", PlaceKind.CHANNEL, "Vertrieb"), _VISITOR_COMMANDS
    ),
    "help about leads": help_card("Solarhaus GmbH", _COMMANDS, "leads"),
    "suggested": suggestion_card("laeds", (("leads", "lead.list"), ("lead", "lead.show"))),
    "unknown": suggestion_card("xyz", ()),
    "cancelled": cancelled_card(),
    "language chosen": language_chosen_card(),
    "language form": language_form(),
    "defective": internal_error_card("7f3a-91c2"),
}
