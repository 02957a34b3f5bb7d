"""Who may do what: one table, readable beside the tables of docs/rules.md (A30-A36, B3-B6, B17)."""

from enum import StrEnum


class Role(StrEnum):
    """What a colleague is in the team; a guest is in the chat but not (yet) in the team."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"
    GUEST = "guest"


class Grant(StrEnum):
    """A cell of the table."""

    YES = "yes"
    OWN = "own"  # only for what is this person's own
    NO = "no"


class Permission(StrEnum):
    """Everything that can be allowed, named noun:verb like the commands."""

    HELP = "help:show"
    PREFERENCE_SET = "preference:set"
    TEAM_CREATE = "team:create"
    TEAM_RESTORE = "team:restore"
    INVITATION_JOIN = "invitation:join"
    IDENTITY_LINK = "identity:link"  # one's own chats
    CHANNEL_OFFER = "channel:offer"  # type a team's code in a channel; connecting it is A34
    TEAM_VIEW_SETTINGS = "team:view_settings"  # A30
    MEMBER_INVITE = "member:invite"  # A31
    MEMBER_REMOVE = "member:remove"  # A32
    MEMBER_CHANGE_ROLE = "member:change_role"  # A33
    MEMBER_LEAVE = "member:leave"  # oneself
    TEAM_EDIT_SETTINGS = "team:edit_settings"  # A34: rename, settings, connect and disconnect channels
    ADDON_BUY = "addon:buy"  # A35
    TEAM_DELETE = "team:delete"  # A36
    TEAM_TRANSFER = "team:transfer"  # A76
    INVITATION_REQUEST = "invitation:request"  # A46
    INVITATION_DECIDE = "invitation:decide"  # A46
    INVITATION_ANSWER = "invitation:answer"  # whoever asked for it
    REQUEST_ASK = "request:ask"  # X1
    REQUEST_DECIDE = "request:decide"  # the asked-for command is authorised again for whoever decides
    AUDIT_VIEW = "audit:view"  # X5
    CARD_SHOW = "card:show"  # a card of the team's that others must not read along with
    DELIVERY_RESEND = "delivery:resend"  # a message that perhaps never arrived
    FILE_RECEIVE = "file:receive"  # send the bot a file to work with
    FILE_FETCH = "file:fetch"  # what was made for oneself
    LEAD_VIEW = "lead:view"
    LEAD_REVEAL = "lead:reveal"  # A19, A42
    LEAD_EXPORT = "lead:export"  # A41: for viewers without contacts
    LEAD_CREATE = "lead:create"
    LEAD_IMPORT = "lead:import"  # many at once, from a file
    LEAD_PICK = "lead:pick"  # B4
    LEAD_WORK = "lead:work"  # B5: note, step, won, lost, return, undo
    LEAD_SHARE = "lead:share"  # B18
    LEAD_DELEGATE = "lead:delegate"  # B17: own = responsible for this lead, or responsible colleague
    MARKETPLACE_VIEW = "marketplace:view"
    MARKETPLACE_RUN = "marketplace:run"  # B3: any colleague of the operator
    MARKETPLACE_GIVE = "marketplace:give"  # B6: any colleague of a giver


O, A, M, V, G = Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER, Role.GUEST  # noqa: E741 - the columns of the table

_EVERYBODY = {O: Grant.YES, A: Grant.YES, M: Grant.YES, V: Grant.YES, G: Grant.YES}
_COLLEAGUES = {O: Grant.YES, A: Grant.YES, M: Grant.YES, V: Grant.YES}
_WORKERS = {O: Grant.YES, A: Grant.YES, M: Grant.YES}
_LEADERS = {O: Grant.YES, A: Grant.YES}
_OWNER = {O: Grant.YES}

GRANTS: dict[Permission, dict[Role, Grant]] = {
    Permission.HELP: _EVERYBODY,
    Permission.PREFERENCE_SET: _EVERYBODY,
    Permission.TEAM_CREATE: _EVERYBODY,
    Permission.TEAM_RESTORE: _EVERYBODY,  # whoever owned it: nobody is a colleague of a deleted team
    Permission.INVITATION_JOIN: _EVERYBODY,
    Permission.IDENTITY_LINK: _EVERYBODY,
    Permission.CHANNEL_OFFER: _EVERYBODY,
    Permission.TEAM_VIEW_SETTINGS: _COLLEAGUES,
    Permission.MEMBER_INVITE: _LEADERS,
    Permission.MEMBER_REMOVE: _LEADERS,
    Permission.MEMBER_CHANGE_ROLE: _LEADERS,
    Permission.MEMBER_LEAVE: _COLLEAGUES,
    Permission.TEAM_EDIT_SETTINGS: _LEADERS,
    Permission.ADDON_BUY: _LEADERS,
    Permission.TEAM_DELETE: _OWNER,
    Permission.TEAM_TRANSFER: _OWNER,
    Permission.INVITATION_REQUEST: {M: Grant.YES, V: Grant.YES},
    Permission.INVITATION_DECIDE: _LEADERS,
    Permission.INVITATION_ANSWER: _COLLEAGUES,
    Permission.REQUEST_ASK: _COLLEAGUES,
    Permission.REQUEST_DECIDE: _COLLEAGUES,
    Permission.AUDIT_VIEW: _LEADERS,
    Permission.CARD_SHOW: _COLLEAGUES,
    Permission.DELIVERY_RESEND: _LEADERS,
    Permission.FILE_RECEIVE: _WORKERS,
    Permission.FILE_FETCH: _COLLEAGUES,
    Permission.LEAD_VIEW: _COLLEAGUES,
    Permission.LEAD_REVEAL: _WORKERS,
    Permission.LEAD_EXPORT: _COLLEAGUES,
    Permission.LEAD_CREATE: _WORKERS,
    Permission.LEAD_IMPORT: _WORKERS,
    Permission.LEAD_PICK: _WORKERS,
    Permission.LEAD_WORK: _WORKERS,
    Permission.LEAD_SHARE: _WORKERS,
    Permission.LEAD_DELEGATE: {O: Grant.YES, A: Grant.YES, M: Grant.OWN},
    Permission.MARKETPLACE_VIEW: _COLLEAGUES,
    Permission.MARKETPLACE_RUN: _WORKERS,
    Permission.MARKETPLACE_GIVE: _WORKERS,
}

INTO_A_TEAM = frozenset({Permission.TEAM_CREATE, Permission.TEAM_RESTORE, Permission.INVITATION_JOIN})
"""What brings somebody, or his firm, somewhere: in the place of another team nothing of it works for him (B2)."""


def grant(role: Role, permission: Permission) -> Grant:
    """The cell of the table; what is not in it is denied (X1)."""
    return GRANTS[permission].get(role, Grant.NO)


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles of colleagues who may do it whatever the thing, the owner's first."""
    return tuple(role for role in Role if role is not Role.GUEST and grant(role, permission) is Grant.YES)
