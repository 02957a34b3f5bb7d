"""Requirements on every registered command."""

from bot.commands import discovery
from bot.manifests.menu import LEFT_OUT, MENUS
from cards.help import ARGUMENT_SAMPLES

COMMANDS = tuple(discovery.build_registry().commands.values())
LISTED = tuple(command for command in COMMANDS if command.listed)


def test_help_has_an_example_for_every_argument() -> None:
    """Every argument of a command has a sample value for help."""
    missing = {
        (command.name, name)
        for command in COMMANDS
        for name in command.takes
        if name.rstrip("*") not in ARGUMENT_SAMPLES
    }
    assert missing == set()


def test_every_listed_command_has_words_in_both_languages() -> None:
    """Every listed command has German and English words."""
    assert [command.name for command in LISTED if not (command.english and command.german)] == []


def test_a_listed_command_runs_or_opens_its_form() -> None:
    """A listed command without its arguments runs or opens its form."""
    assert [command.name for command in LISTED if command.needs_arguments and command.form is None] == []


def test_every_listed_command_is_in_a_menu_or_left_out() -> None:
    """A listed command is in a menu of bot/manifests/menu.py or left out there with a reason, not both."""
    offered = {name for menu in MENUS.values() for name in menu}
    assert [command.name for command in LISTED if (command.name in offered) == (command.name in LEFT_OUT)] == []


def test_the_menus_name_commands() -> None:
    """Menus contain, and leave out, only listed commands, each once."""
    listed = {command.name for command in LISTED}
    assert {name for menu in MENUS.values() for name in menu} | LEFT_OUT.keys() <= listed
    assert all(len(set(menu)) == len(menu) for menu in MENUS.values())
