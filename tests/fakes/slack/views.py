"""Methods that open, update and push modals, and publish the App Home."""

from tests.fakes.slack.model import APP_ID, Json, Refused, View, Workspace
from tests.fakes.slack.state import TRIGGER, State
from tests.fakes.slack.validation import check_view

STACK = 3


def views_open(state: State, _: Workspace, arguments: Json) -> Json:
    trigger_user = _use_trigger(state, arguments)
    return {"view": _open_view(state, trigger_user, arguments)}


def views_push(state: State, _: Workspace, arguments: Json) -> Json:
    below = state.views.get(state.triggers[arguments["trigger_id"]].view_id) if _has_trigger(state, arguments) else None
    user_id = _use_trigger(state, arguments)
    if below is None:
        raise Refused("not_found")
    depth, view = 1, below
    while view.previous_id is not None:
        depth, view = depth + 1, state.views[view.previous_id]
    if depth >= STACK:
        raise Refused("push_limit_reached")
    return {"view": _open_view(state, user_id, arguments, below)}


def views_update(state: State, _: Workspace, arguments: Json) -> Json:
    found = state.views.get(arguments.get("view_id", ""))
    if found is None or not found.is_open:
        raise Refused("not_found")
    if arguments.get("hash") not in {None, found.hash}:
        raise Refused("hash_conflict")
    found.content = _validated_view(arguments)
    found.hash = state.new_id("hash.")
    return {"view": describe_view(found)}


def views_publish(state: State, workspace: Workspace, arguments: Json) -> Json:
    user_id = arguments.get("user_id", "")
    if user_id not in state.users:
        raise Refused("user_not_found")
    known = state.homes.get(user_id)
    if known is not None and arguments.get("hash") not in {None, known.hash}:
        raise Refused("hash_conflict")
    content = _validated_view(arguments)
    if content["type"] != "home":
        raise Refused("invalid_arguments")
    view_id = known.view_id if known else state.new_id("V")
    state.homes[user_id] = View(view_id, user_id, content, state.new_id("hash."))
    del workspace
    return {"view": describe_view(state.homes[user_id])}


def _has_trigger(state: State, arguments: Json) -> bool:
    return arguments.get("trigger_id") in state.triggers


def _use_trigger(state: State, arguments: Json) -> str:
    if not _has_trigger(state, arguments):
        raise Refused("invalid_trigger_id")
    trigger = state.triggers[arguments["trigger_id"]]
    if trigger.is_used:
        raise Refused("exchanged_trigger_id")
    if state.clock() - trigger.created_at > TRIGGER:
        raise Refused("expired_trigger_id")
    _validated_view(arguments)
    trigger.is_used = True
    return trigger.user_id


def _open_view(state: State, user_id: str, arguments: Json, below: View | None = None) -> Json:
    view_id = state.new_id("V")
    root_id = below.root_id if below else view_id
    previous_id = below.view_id if below else None
    made = View(view_id, user_id, _validated_view(arguments), state.new_id("hash."), root_id, previous_id)
    state.views[view_id] = made
    return describe_view(made)


def _validated_view(arguments: Json) -> Json:
    content: Json = arguments.get("view") or {}
    check_view(content)
    return content


def describe_view(view: View) -> Json:
    """Return a view as Slack sends it."""
    return {
        **view.content,
        "id": view.view_id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": APP_ID,
        "state": {"values": {}},
    }
