"""Refusals about memberships: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal


class MemberRefusal(Refusal):
    """A rule about membership forbids it."""


@dataclass(eq=False)
class OwnerProtected(MemberRefusal):
    """The owner can be neither removed nor changed; ownership is transferred first (A74, A75)."""

    name: str
    is_self: bool = False


@dataclass(eq=False)
class OwnershipNotAssignable(MemberRefusal):
    """A change of role cannot make an owner; the owner can transfer the team (A74, A76)."""


@dataclass(eq=False)
class AlreadyOwner(MemberRefusal):
    """The user owns the team already."""
