"""The entries of chat menus (an action on a message, a search) and the unfurling of links to leads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cards import lead
from cards.model import Card, T, t
from services.permissions import Permission


class Kind(StrEnum):
    """Kind of a menu entry."""

    ACTION = "action"  # opens a form, filled from a message where there is one
    SEARCH = "search"  # finds a card to put into a message


class Context(StrEnum):
    """Where the client offers the entry."""

    MESSAGE = "message"  # in the menu of somebody's message
    COMPOSE = "compose"  # beside the line in which people write
    COMMAND_BOX = "commandBox"  # in the search line of the whole client


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An input of the entry."""

    name: str
    title: T
    about: T


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One entry of the menus; `id` is the name of the command that it runs."""

    id: str
    kind: Kind
    title: T
    """At most 32 characters, in every language."""
    about: T
    """At most 128 characters, in every language."""
    permission: Permission
    contexts: tuple[Context, ...]
    parameters: tuple[Parameter, ...] = ()


CAPTURE: Final = "lead.capture"
CREATE: Final = "lead.create"
"""The command that the form of the action runs."""
SEARCH: Final = "lead.find"
TEXT: Final = "text"

EXTENSIONS: Final = (
    Extension(
        id=CAPTURE,
        kind=Kind.ACTION,
        title=t("Create lead from message"),
        about=t("Reads name, e-mail, phone and request from a message and opens the form with them."),
        permission=Permission.LEAD_CREATE,
        contexts=(Context.MESSAGE, Context.COMPOSE),
    ),
    Extension(
        id=SEARCH,
        kind=Kind.SEARCH,
        title=t("Find lead"),
        about=t("Finds a lead of your team, to put its card into a message without contact details."),
        permission=Permission.LEAD_VIEW,
        contexts=(Context.COMPOSE, Context.COMMAND_BOX),
        parameters=(
            Parameter(name=TEXT, title=t("Search"), about=t("Number, title, company, name or postcode of the lead")),
        ),
    ),
)

LEAD_PAGE: Final = "/leads/"
"""Path of links to leads, which become a card where a member pastes one.

A reader without a right to the lead, or without the app, sees the bare link.
"""
OUTLINE: Final = "lead.outline"
"""The command that renders a link in a message of a user."""
LINKED: Final = "lead.show"
"""The command that renders a link that is sent to the bot."""

_LEAD_ID: Final = re.compile(r"[\w-]{8,64}", re.ASCII)


def rebuild_form(command: str, filled: Mapping[str, Any]) -> Card | None:
    """Build the form of a menu with its inputs; None for a command without such a form."""
    return lead.new_lead_form(filled) if command == CREATE else None


def lead_url(public_url: str, lead_id: str) -> str:
    """Build the link to a lead; its id is opaque."""
    return f"{public_url.rstrip('/')}{LEAD_PAGE}{lead_id}"


def replace_lead_links(public_url: str, text: str) -> str:
    """Replace links to leads by the ids that they name, so that a command accepts a link as a reference."""
    return re.sub(rf"<?{re.escape(lead_url(public_url, ''))}({_LEAD_ID.pattern})[^\s<>]{{0,200}}>?", r"\1", text)


def find_lead_link(public_url: str, text: str) -> str:
    """Find the lead id of the first link in a text; empty without a link."""
    _, begins, rest = text.partition(lead_url(public_url, ""))
    found = _LEAD_ID.match(rest) if begins else None
    return found[0] if found else ""
