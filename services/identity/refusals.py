"""Refusals about linking chat identities: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal
from services.identity.model import IDENTITIES_MAX


class IdentityRefusal(Refusal):
    """A rule about linking forbids it."""


@dataclass(eq=False)
class AlreadyLinked(IdentityRefusal):
    """The code was issued to the same user."""


@dataclass(eq=False)
class InDifferentTeams(IdentityRefusal):
    """The sides are members of different teams: a user belongs to one team (B2)."""


@dataclass(eq=False)
class OwnerOnOtherSide(IdentityRefusal):
    """Both are members of one team, and the side that would end owns it (A44)."""


@dataclass(eq=False)
class WrongSide(IdentityRefusal):
    """The request waits for its other side."""


@dataclass(eq=False)
class LinkClosed(IdentityRefusal):
    """The request was decided or has expired."""


@dataclass(eq=False)
class NotLinked(IdentityRefusal):
    """The user has a single chat identity."""


@dataclass(eq=False)
class TooManyIdentities(IdentityRefusal):
    """The user has the maximum of chat identities."""

    limit: int = IDENTITIES_MAX
