"""What every method does with its arguments first."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.slack import limits
from tests.fakes.slack.model import Given, Json, Refused, Workspace


def check(passes: Callable[[Mapping[str, Any]], None], content: Mapping[str, Any], word: str = "") -> None:
    try:
        passes(content)
    except limits.Invalid as invalid:
        refusal = word or ("no_text" if str(invalid).endswith("no_text") else "invalid_blocks")
        raise Refused(refusal, response_metadata={"messages": [f"[ERROR] {invalid}"]}) from invalid


def check_metadata(metadata: Given) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or metadata.keys() != {"event_type", "event_payload"}:
        raise Refused("metadata_must_be_sent_from_app")


def require_member(workspace: Workspace, members: list[str]) -> None:
    if workspace.bot_user_id not in members:
        raise Refused("not_in_channel")


def is_set(arguments: Json, name: str) -> bool:
    return arguments.get(name) in {True, "true", "1"}
