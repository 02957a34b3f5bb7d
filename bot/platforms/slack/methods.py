"""What the bot asks of Slack's Web API: how often each method may be asked, and what each word of refusal means."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.platforms.base import Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from bot.platforms.rate_limiter import Window


class Tier(StrEnum):
    """How often Slack answers, in a workspace and by method unless said otherwise."""

    CHANNEL = "channel"  # about once a second in each channel, and several at a stretch
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"


WINDOWS: Final[dict[Tier, tuple[Window, ...]]] = {
    Tier.CHANNEL: (Window(5, 1), Window(60, 60)),
    Tier.ONE: (Window(1, 60),),
    Tier.TWO: (Window(20, 60),),
    Tier.THREE: (Window(50, 60),),
    # Windows and whispers, for which somebody waits: Slack names 100 "and more", and too strict a count costs a window.
    Tier.FOUR: (Window(300, 60),),
}
"""Slack names the numbers of a minute. They are kept loosely, with nothing saved up for longer: what is too much in
truth Slack says itself, while a stricter count of our own would hold messages up that it would have taken."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a method is asked."""

    tier: Tier
    is_repeatable: bool = True
    """Whether asking twice has the effect of asking once."""
    takes_json: bool = False
    """Else the arguments go as a form, the only thing that methods which read understand."""


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
"""About the token, not about what was asked: another one may be there by now."""
TOKEN_DEAD: Final = frozenset({"account_inactive", "team_not_found", "token_revoked"})
"""The bot is no longer installed."""

RETRY_AFTER_S: Final = 30.0
"""What Slack asks for in most cases; for a refusal that does not say."""

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
"""Slack: some of it may have been done before the error was raised."""
_LATER: Final = frozenset({"rate_limited", "ratelimited"})

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
KNOWN: Final = _GONE | _UNAVAILABLE | _AMBIGUOUS | _LATER | _REJECTED
"""Words that are counted under their own name; Slack may add others at any time."""


def failure_of(method: Method, status: int, word: str, retry_after_s: float) -> SendFailed:
    """What it means that Slack has answered with this word, or with no word and this status."""
    if word in _LATER:
        return RateLimited(retry_after_s)
    if word in _GONE:
        return Gone(status, word)
    if word in _UNAVAILABLE:
        return Unavailable(word)
    if word in _AMBIGUOUS:
        return unclear(method, word)
    return Rejected(status, word)


def unclear(method: Method, reason: str) -> SendFailed:
    """Nobody says whether it was done."""
    return Unavailable(reason) if method.is_repeatable else Ambiguous(reason)
