"""Methods of Slack's Web API that the bot calls: their rate limits, and the meaning of error codes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.platforms.base import Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from bot.platforms.rate_limiter import Window


class Tier(StrEnum):
    """Rate limit tiers of Slack, per workspace and method unless a comment says otherwise."""

    CHANNEL = "channel"  # about one a second per channel, with short bursts
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"


WINDOWS: Final[dict[Tier, tuple[Window, ...]]] = {
    Tier.CHANNEL: (Window(5, 1), Window(60, 60)),
    Tier.ONE: (Window(1, 60),),
    Tier.TWO: (Window(20, 60),),
    Tier.THREE: (Window(50, 60),),
    # Modals and ephemeral messages: Slack documents "100+"; a stricter limit of ours would let trigger_id expire.
    Tier.FOUR: (Window(300, 60),),
}
"""Slack documents limits per minute and answers 429 beyond them; stricter limits here would delay messages that Slack
still accepts."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a method is called."""

    tier: Tier
    is_repeatable: bool = True
    """Whether two calls have the effect of one."""
    takes_json: bool = False
    """Otherwise the arguments are sent as a form: methods that read accept no JSON."""


METHODS: Final[dict[str, Method]] = {
    "apps.uninstall": Method(Tier.ONE),
    "chat.delete": Method(Tier.THREE, takes_json=True),
    "chat.postEphemeral": Method(Tier.FOUR, is_repeatable=False, takes_json=True),
    "chat.postMessage": Method(Tier.CHANNEL, is_repeatable=False, takes_json=True),
    "chat.unfurl": Method(Tier.THREE, takes_json=True),
    "chat.update": Method(Tier.THREE, takes_json=True),
    "conversations.history": Method(Tier.THREE),
    "conversations.info": Method(Tier.THREE),
    "conversations.members": Method(Tier.FOUR),
    "conversations.open": Method(Tier.THREE, takes_json=True),
    "conversations.replies": Method(Tier.THREE),
    "files.completeUploadExternal": Method(Tier.FOUR, is_repeatable=False, takes_json=True),
    "files.delete": Method(Tier.THREE, takes_json=True),
    "files.getUploadURLExternal": Method(Tier.FOUR),
    "files.info": Method(Tier.FOUR),
    "team.info": Method(Tier.THREE),
    "users.info": Method(Tier.FOUR),
    "views.open": Method(Tier.FOUR, is_repeatable=False, takes_json=True),
    "views.publish": Method(Tier.FOUR, takes_json=True),
    "views.push": Method(Tier.FOUR, is_repeatable=False, takes_json=True),
    "views.update": Method(Tier.FOUR, takes_json=True),
}

TOKEN_REFUSED: Final = frozenset({"invalid_auth", "not_authed", "token_expired"})
"""The token was refused; a newer one may be stored by now."""
TOKEN_DEAD: Final = frozenset({"account_inactive", "team_not_found", "token_revoked"})
"""The app is no longer installed."""

RETRY_AFTER_S: Final = 30.0
"""Used where a 429 carries no Retry-After; Slack usually sends 30."""

_GONE: Final = TOKEN_DEAD | {
    "cannot_dm_bot",
    "cant_update_message",
    "channel_not_found",
    "edit_window_closed",
    "is_archived",
    "is_inactive",
    "message_not_found",
    "not_in_channel",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
    "users_not_found",
}
_UNAVAILABLE: Final = TOKEN_REFUSED | {
    "org_login_required",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
}
_AMBIGUOUS: Final = frozenset({"fatal_error", "internal_error"})
"""Slack documents that the call may have succeeded in part."""
_RATE_LIMITED: Final = frozenset({"rate_limited", "ratelimited"})

_REJECTED: Final = frozenset(
    {
        "access_denied",
        "block_mismatch",
        "ekm_access_denied",
        "expired_trigger_id",
        "expired_url",
        "exchanged_trigger_id",
        "file_not_found",
        "hash_conflict",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_trigger_id",
        "method_not_supported_for_channel_type",
        "missing_scope",
        "msg_too_long",
        "no_permission",
        "not_allowed_token_type",
        "restricted_action",
        "thread_not_found",
        "trigger_expired",
        "used_url",
        "user_not_in_channel",
    }
)
KNOWN: Final = _GONE | _UNAVAILABLE | _AMBIGUOUS | _RATE_LIMITED | _REJECTED
"""Codes that are counted under their own name; all others as `other`, to bound the metric's labels."""


def classify_error(method: Method, status: int, code: str, retry_after_s: float) -> SendFailed:
    """Return the failure that an error code means, or a status without one."""
    if code in _RATE_LIMITED:
        return RateLimited(retry_after_s)
    if code in _GONE:
        return Gone(status, code)
    if code in _UNAVAILABLE:
        return Unavailable(code)
    if code in _AMBIGUOUS:
        return unknown_outcome(method, code)
    return Rejected(status, code)


def unknown_outcome(method: Method, reason: str) -> SendFailed:
    """Return the failure of a call whose outcome is unknown: harmless where the call is repeatable."""
    return Unavailable(reason) if method.is_repeatable else Ambiguous(reason)
