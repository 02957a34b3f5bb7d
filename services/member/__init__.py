"""Members: listed, changed, removed, and the transfer of ownership."""

from services.member.change_role import (
    ROLE_WORDS as ROLE_WORDS,
    change as change,
    change_role as change_role,
    flag as flag,
    role_named as role_named,
    transfer as transfer,
)
from services.member.events import (
    MemberFlagged as MemberFlagged,
    MemberJoined as MemberJoined,
    MemberLeft as MemberLeft,
    MemberRemoved as MemberRemoved,
    MemberRoleChanged as MemberRoleChanged,
    TeamTransferred as TeamTransferred,
)
from services.member.model import (
    ChangedMember as ChangedMember,
    ListedMembers as ListedMembers,
    Member as Member,
    RemovedMember as RemovedMember,
    TransferredTeam as TransferredTeam,
)
from services.member.resolve import resolve as resolve
from services.member.show import list_ as list_, row as row
