"""Members: listed, changed, removed, and the transfer of ownership."""

from services.member.change_role import (
    ROLE_WORDS as ROLE_WORDS,
    change as change,
    change_role as change_role,
    parse_role as parse_role,
    set_responsible as set_responsible,
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
    Member as Member,
    MemberList as MemberList,
    RemovedMember as RemovedMember,
    TransferredTeam as TransferredTeam,
)
from services.member.resolve import find_member as find_member
from services.member.show import list_ as list_, show_member as show_member
