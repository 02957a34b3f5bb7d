"""Refusals about linking chat identities: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal
from services.identity.model import IDENTITIES_MAX


class IdentityRefusal(Refusal):
    """The rules of linking say no."""


@dataclass(eq=False)
class AlreadyLinked(IdentityRefusal):
    """The code was shown to the same person."""


@dataclass(eq=False)
class BothInTeams(IdentityRefusal):
    """Each side is a colleague of a team of its own: one person belongs to one team (B2)."""


@dataclass(eq=False)
class OwnerElsewhere(IdentityRefusal):
    """Both are colleagues of one team, and the side that would end owns it (A44)."""


@dataclass(eq=False)
class OtherSide(IdentityRefusal):
    """The question is put to the same request's other chat."""


@dataclass(eq=False)
class LinkOver(IdentityRefusal):
    """It was decided, or its minutes have passed."""


@dataclass(eq=False)
class NotLinked(IdentityRefusal):
    """There is nothing to take apart."""


@dataclass(eq=False)
class TooManyIdentities(IdentityRefusal):
    """The person is linked in as many chats as there may be."""

    limit: int = IDENTITIES_MAX
