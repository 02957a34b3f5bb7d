"""Slack payloads as bytes: commands, clicks, modals, shortcuts and events."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from tests.fakes.slack import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID, FakeSlack

Json = dict[str, Any]

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"


def as_json(document: object) -> bytes:
    """Encode an event."""
    return json.dumps(document).encode()


def as_form(fields: Mapping[str, object]) -> bytes:
    """Encode a command."""
    return urlencode(fields).encode()


def as_payload(document: object) -> bytes:
    """Encode a click, modal or shortcut."""
    return as_form({"payload": json.dumps(document)})


def command(slack: FakeSlack, user_id: str, text: str, channel_id: str, **fields: object) -> Json:
    """Return a `/kollega` command."""
    return {
        "token": "not-looked-at",
        "team_id": TEAM_ID,
        "team_domain": "solarhaus",
        "channel_id": channel_id,
        "channel_name": "vertrieb",
        "user_id": user_id,
        "user_name": user_id.lower(),
        "command": "/kollega",
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": slack.hook(channel_id, user_id),
        "trigger_id": slack.trigger(user_id),
        **fields,
    }


def message(slack: FakeSlack, user_id: str, text: str, channel_id: str, **fields: object) -> Json:
    """Return a direct message to the bot."""
    message_event = {"type": "message", "channel_type": "im", "user": user_id, "text": text, "channel": channel_id}
    return slack.envelope({**message_event, "ts": slack.new_ts(), "team": TEAM_ID, **fields})


def mention(slack: FakeSlack, user_id: str, text: str, channel_id: str, **fields: object) -> Json:
    """Return a mention of the bot in a channel."""
    message_event = {"type": "app_mention", "user": user_id, "text": f"<@{BOT_USER_ID}> {text}", "channel": channel_id}
    return slack.envelope({**message_event, "ts": slack.new_ts(), "team": TEAM_ID, **fields})


def click(slack: FakeSlack, user_id: str, value: object, channel_id: str, **fields: object) -> Json:
    """Return a click on a button."""
    ts = slack.new_ts()
    return {
        **_interaction(slack, user_id, "block_actions"),
        "container": {"type": "message", "message_ts": ts, "channel_id": channel_id, "is_ephemeral": False},
        "channel": {"id": channel_id, "name": "vertrieb"},
        "message": {"type": "message", "user": BOT_USER_ID, "bot_id": BOT_ID, "ts": ts, "team": TEAM_ID},
        "state": {"values": {}},
        "response_url": slack.hook(channel_id, user_id, ts),
        "actions": [{"type": "button", "action_id": "any#0", "block_id": "actions", "value": value}],
        **fields,
    }


def submission(slack: FakeSlack, user_id: str, carried: object, values: Mapping[str, str], **fields: object) -> Json:
    """Return a submitted modal."""
    typed = {name: {"typed": {"type": "plain_text_input", "value": value}} for name, value in values.items()}
    view = {
        "id": slack.new_id("V"),
        "team_id": TEAM_ID,
        "app_installed_team_id": TEAM_ID,
        "type": "modal",
        "hash": slack.new_id("hash"),
        "callback_id": "card",
        "private_metadata": carried if isinstance(carried, str) else json.dumps(carried),
        "state": {"values": typed},
    }
    return {**_interaction(slack, user_id, "view_submission"), "view": view, "response_urls": [], **fields}


def shortcut(slack: FakeSlack, user_id: str, **fields: object) -> Json:
    """Return a global shortcut."""
    return {**_interaction(slack, user_id, "shortcut"), "callback_id": "lead.create", **fields}


def message_shortcut(slack: FakeSlack, user_id: str, text: str, channel_id: str, **fields: object) -> Json:
    """Return a message shortcut."""
    ts = slack.new_ts()
    return {
        **_interaction(slack, user_id, "message_action"),
        "callback_id": "lead.capture",
        "message_ts": ts,
        "channel": {"id": channel_id, "name": "vertrieb"},
        "message": {"type": "message", "user": user_id, "text": text, "ts": ts, "team": TEAM_ID},
        "response_url": slack.hook(channel_id, user_id),
        **fields,
    }


def button_value(cmd: str, /, **args: object) -> Json:
    """Return the value of a card's button."""
    return {"v": 1, "cmd": cmd, "args": args}


def _interaction(slack: FakeSlack, user_id: str, kind: str) -> Json:
    return {
        "type": kind,
        "token": "not-looked-at",
        "api_app_id": APP_ID,
        "action_ts": slack.new_ts(),
        "team": {"id": TEAM_ID, "domain": "solarhaus"},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": user_id, "username": user_id.lower(), "name": user_id.lower(), "team_id": TEAM_ID},
        "trigger_id": slack.trigger(user_id),
    }
