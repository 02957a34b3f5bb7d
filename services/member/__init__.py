"""Colleagues: listed, changed, removed, and the owner's succession."""

from services.member.changing import ROLE_WORDS, change, change_role, flag, role_named, transfer
from services.member.finding import resolve
from services.member.listing import list_, row
from services.member.model import (
    ChangedMember,
    ListedMembers,
    Member,
    MemberFlagged,
    MemberJoined,
    MemberLeft,
    MemberRemoved,
    MemberRoleChanged,
    RemovedMember,
    TeamTransferred,
    TransferredTeam,
)
from services.member.removing import leave, remove

__all__ = [
    "ROLE_WORDS",
    "ChangedMember",
    "ListedMembers",
    "Member",
    "MemberFlagged",
    "MemberJoined",
    "MemberLeft",
    "MemberRemoved",
    "MemberRoleChanged",
    "RemovedMember",
    "TeamTransferred",
    "TransferredTeam",
    "change",
    "change_role",
    "flag",
    "leave",
    "list_",
    "remove",
    "resolve",
    "role_named",
    "row",
    "transfer",
]
