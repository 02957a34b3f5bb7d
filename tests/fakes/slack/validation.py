"""Checks of arguments that several methods share."""

from tests.cards.slack_limits import validate_slack_payload
from tests.fakes.slack.model import Given, Json, Refused, Workspace, list_argument


def check_message(message: Json) -> None:
    """Raise if Slack would reject the message."""
    message_payload: Json = {"text": message.get("text") or "", "blocks": list_argument(message.get("blocks"))}
    if found := validate_slack_payload(message_payload):
        raise Refused(
            "no_text" if found[0] == "no_text" else "invalid_blocks",
            response_metadata={"messages": [f"[ERROR] {item}" for item in found]},
        )


def check_view(view: Json) -> None:
    """Raise if Slack would reject the modal or home."""
    is_known = view.get("type") in {"modal", "home"}
    if found := validate_slack_payload(view) if is_known else ["unsupported type"]:
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {item}" for item in found]})


def check_metadata(metadata: Given) -> None:
    """Raise if the metadata is invalid."""
    if metadata is not None and (not isinstance(metadata, dict) or metadata.keys() != {"event_type", "event_payload"}):
        raise Refused("invalid_metadata_format")


def require_member(workspace: Workspace, members: list[str]) -> None:
    """Raise if the app is not a member of the channel."""
    if workspace.bot_user_id not in members:
        raise Refused("not_in_channel")


def is_set(arguments: Json, name: str) -> bool:
    """Return whether an argument is true, in JSON or a form."""
    return arguments.get(name) in {True, "true", "1"}
