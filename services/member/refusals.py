"""Refusals about memberships: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal


class MemberRefusal(Refusal):
    """The rules of membership say no."""


@dataclass(eq=False)
class OwnerStays(MemberRefusal):
    """The owner can be neither removed nor changed; ownership is transferred first (A74, A75)."""

    name: str
    is_self: bool = False


@dataclass(eq=False)
class OwnershipNotGiven(MemberRefusal):
    """Owner is no role that a change of role can give; the owner can transfer the team (A74, A76)."""


@dataclass(eq=False)
class IsOwnerAlready(MemberRefusal):
    """The team cannot be transferred to the one who owns it."""
