"""What people find in the menus of their chat: an action on a message and a search, and what our links become there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cards import lead
from cards.model import Card, T, t
from services.permissions import Permission


class Kind(StrEnum):
    """What a person does with it."""

    ACTION = "action"  # opens a form, filled from a message where there is one
    SEARCH = "search"  # finds a card to put into a message


class Context(StrEnum):
    """Where it is offered."""

    MESSAGE = "message"  # in the menu of somebody's message
    COMPOSE = "compose"  # beside the line in which people write
    COMMAND_BOX = "commandBox"  # in the search line of the whole client


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a person types for it."""

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
"""What the form of the action runs."""
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
"""Under this path of the public address stand our links, which become a card where a colleague pastes one.

Whoever has no right to the lead, or does not have the app, sees the bare link.
"""
OUTLINE: Final = "lead.outline"
"""What a link becomes in somebody's message."""
LINKED: Final = "lead.show"
"""What a link becomes that is sent to the bot."""

_LEAD_ID: Final = re.compile(r"[\w-]{8,64}", re.ASCII)


def again(command: str, filled: Mapping[str, Any]) -> Card | None:
    """The form of a menu as it was filled in, for sending it again; None for what is no form of a menu."""
    return lead.new_lead_form(filled) if command == CREATE else None


def lead_url(public_url: str, lead_id: str) -> str:
    """The link to a lead: an opaque id, which tells nothing."""
    return f"{public_url.rstrip('/')}{LEAD_PAGE}{lead_id}"


def unlinked(public_url: str, text: str) -> str:
    """The text with our links as what they name: typed behind a command, a link is as good as a number."""
    return re.sub(rf"<?{re.escape(lead_url(public_url, ''))}({_LEAD_ID.pattern})[^\s<>]{{0,200}}>?", r"\1", text)


def linked_lead(public_url: str, text: str) -> str:
    """The lead that the first of our links in a text leads to; empty, where there is none."""
    _, begins, rest = text.partition(lead_url(public_url, ""))
    found = _LEAD_ID.match(rest) if begins else None
    return found[0] if found else ""
