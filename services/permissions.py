"""Permissions: one table of roles and grants, in the order of docs/rules.md (A30-A36, B3-B6, B17)."""

from enum import StrEnum


class Role(StrEnum):
    """Role of a member in a team; a guest is in the chat but not in the team."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"
    GUEST = "guest"


class Grant(StrEnum):
    """Cell of the table."""

    YES = "yes"
    OWN = "own"  # only for the user's own subjects
    NO = "no"


class Permission(StrEnum):
    """All permissions, named noun:verb like the commands."""

    HELP = "help:show"
    PREFERENCE_SET = "preference:set"
    TEAM_CREATE = "team:create"
    TEAM_RESTORE = "team:restore"
    INVITATION_JOIN = "invitation:join"
    IDENTITY_LINK = "identity:link"  # the user's own chats
    CHANNEL_OFFER = "channel:offer"  # type a team's code in a channel; connecting it is A34
    TEAM_VIEW_SETTINGS = "team:view_settings"  # A30
    MEMBER_INVITE = "member:invite"  # A31
    MEMBER_REMOVE = "member:remove"  # A32
    MEMBER_CHANGE_ROLE = "member:change_role"  # A33
    MEMBER_LEAVE = "member:leave"  # the user's own membership
    TEAM_EDIT_SETTINGS = "team:edit_settings"  # A34: rename, settings, connect and disconnect channels
    ADDON_BUY = "addon:buy"  # A35
    TEAM_DELETE = "team:delete"  # A36
    TEAM_TRANSFER = "team:transfer"  # A76
    INVITATION_REQUEST = "invitation:request"  # A46
    INVITATION_DECIDE = "invitation:decide"  # A46
    INVITATION_ANSWER = "invitation:answer"  # the requester
    REQUEST_ASK = "request:ask"  # X1
    REQUEST_DECIDE = "request:decide"  # the requested command is authorised again for the decider
    AUDIT_VIEW = "audit:view"  # X5
    CARD_SHOW = "card:show"  # a card of the team that others must not read
    DELIVERY_RESEND = "delivery:resend"  # a message with an unknown outcome
    FILE_RECEIVE = "file:receive"  # send the bot a file to work with
    FILE_FETCH = "file:fetch"  # files made for the user
    LEAD_VIEW = "lead:view"
    LEAD_REVEAL = "lead:reveal"  # A19, A42
    LEAD_EXPORT = "lead:export"  # A41: for viewers without contacts
    LEAD_CREATE = "lead:create"
    LEAD_IMPORT = "lead:import"  # many at once, from a file
    LEAD_PICK = "lead:pick"  # B4
    LEAD_WORK = "lead:work"  # B5: note, step, won, lost, return, undo
    LEAD_SHARE = "lead:share"  # B18
    LEAD_DELEGATE = "lead:delegate"  # B17: own = responsible for this lead, or responsible member
    MARKETPLACE_VIEW = "marketplace:view"
    MARKETPLACE_RUN = "marketplace:run"  # B3: any member of the operator
    MARKETPLACE_GIVE = "marketplace:give"  # B6: any member of a giver


O, A, M, V, G = Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER, Role.GUEST  # noqa: E741 - the columns of the table

_EVERYBODY = {O: Grant.YES, A: Grant.YES, M: Grant.YES, V: Grant.YES, G: Grant.YES}
_MEMBERS = {O: Grant.YES, A: Grant.YES, M: Grant.YES, V: Grant.YES}
_WORKERS = {O: Grant.YES, A: Grant.YES, M: Grant.YES}
_LEADERS = {O: Grant.YES, A: Grant.YES}
_OWNER = {O: Grant.YES}

GRANTS: dict[Permission, dict[Role, Grant]] = {
    Permission.HELP: _EVERYBODY,
    Permission.PREFERENCE_SET: _EVERYBODY,
    Permission.TEAM_CREATE: _EVERYBODY,
    Permission.TEAM_RESTORE: _EVERYBODY,  # the former owner: a deleted team has no members
    Permission.INVITATION_JOIN: _EVERYBODY,
    Permission.IDENTITY_LINK: _EVERYBODY,
    Permission.CHANNEL_OFFER: _EVERYBODY,
    Permission.TEAM_VIEW_SETTINGS: _MEMBERS,
    Permission.MEMBER_INVITE: _LEADERS,
    Permission.MEMBER_REMOVE: _LEADERS,
    Permission.MEMBER_CHANGE_ROLE: _LEADERS,
    Permission.MEMBER_LEAVE: _MEMBERS,
    Permission.TEAM_EDIT_SETTINGS: _LEADERS,
    Permission.ADDON_BUY: _LEADERS,
    Permission.TEAM_DELETE: _OWNER,
    Permission.TEAM_TRANSFER: _OWNER,
    Permission.INVITATION_REQUEST: {M: Grant.YES, V: Grant.YES},
    Permission.INVITATION_DECIDE: _LEADERS,
    Permission.INVITATION_ANSWER: _MEMBERS,
    Permission.REQUEST_ASK: _MEMBERS,
    Permission.REQUEST_DECIDE: _MEMBERS,
    Permission.AUDIT_VIEW: _LEADERS,
    Permission.CARD_SHOW: _MEMBERS,
    Permission.DELIVERY_RESEND: _LEADERS,
    Permission.FILE_RECEIVE: _WORKERS,
    Permission.FILE_FETCH: _MEMBERS,
    Permission.LEAD_VIEW: _MEMBERS,
    Permission.LEAD_REVEAL: _WORKERS,
    Permission.LEAD_EXPORT: _MEMBERS,
    Permission.LEAD_CREATE: _WORKERS,
    Permission.LEAD_IMPORT: _WORKERS,
    Permission.LEAD_PICK: _WORKERS,
    Permission.LEAD_WORK: _WORKERS,
    Permission.LEAD_SHARE: _WORKERS,
    Permission.LEAD_DELEGATE: {O: Grant.YES, A: Grant.YES, M: Grant.OWN},
    Permission.MARKETPLACE_VIEW: _MEMBERS,
    Permission.MARKETPLACE_RUN: _WORKERS,
    Permission.MARKETPLACE_GIVE: _WORKERS,
}

JOINING_PERMISSIONS = frozenset({Permission.TEAM_CREATE, Permission.TEAM_RESTORE, Permission.INVITATION_JOIN})
"""Permissions to get into a team: unusable for a member of one team in another team's place (B2)."""


def get_grant(role: Role, permission: Permission) -> Grant:
    """Return the cell of the table; a missing cell denies (X1)."""
    return GRANTS[permission].get(role, Grant.NO)


def list_roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the members' roles that grant the permission for any subject, owner first."""
    return tuple(role for role in Role if role is not Role.GUEST and get_grant(role, permission) is Grant.YES)
