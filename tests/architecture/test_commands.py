"""The registry as a whole: what every command owes the people who use it."""

import pytest

from bot.commands import discovery
from bot.commands.command import Command
from bot.manifests.menu import LEFT_OUT, MENUS
from cards.help import ARGUMENT_SAMPLES

COMMANDS = tuple(discovery.build_registry().commands.values())


def named(command: Command) -> str:
    """For the ids of tests."""
    return command.name


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_help_has_an_example_for_every_argument(command: Command) -> None:
    """Whatever can be typed after a command is shown with an example."""
    assert {name.rstrip("*") for name in command.takes} <= set(ARGUMENT_SAMPLES)


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.listed], ids=named)
def test_every_listed_command_has_words_in_both_languages(command: Command) -> None:
    """What help shows can be typed in German and in English."""
    assert command.english
    assert command.german


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.listed], ids=named)
def test_a_listed_command_without_its_arguments_opens_its_form(command: Command) -> None:
    """A command never answers with a shrug: it runs without arguments, or it has a form."""
    assert not command.needs_arguments or command.form is not None


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.listed], ids=named)
def test_every_listed_command_is_in_a_menu_or_left_out_for_a_reason(command: Command) -> None:
    """Whoever adds a command decides in bot/manifests/menu.py whether chats offer it while somebody types."""
    offered = any(command.name in menu for menu in MENUS.values())
    assert offered != (command.name in LEFT_OUT)


def test_the_menus_name_commands() -> None:
    """A menu offers nothing, and leaves nothing out, that is not a listed command; and nothing twice."""
    listed = {one.name for one in COMMANDS if one.listed}
    assert {name for menu in MENUS.values() for name in menu} | LEFT_OUT.keys() <= listed
    assert all(len(set(menu)) == len(menu) for menu in MENUS.values())
