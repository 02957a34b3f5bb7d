"""Methods about users, channels and messages."""

from tests.fakes.slack.model import Ephemeral, Json, Message, Refused, Workspace, list_argument
from tests.fakes.slack.state import State
from tests.fakes.slack.validation import check_message, check_metadata, is_set, require_member


def auth_test(state: State, workspace: Workspace, _: Json) -> Json:
    return {
        "url": f"{state.origin}/",
        "team": workspace.name,
        "team_id": workspace.team_id,
        "user": "kollega",
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        **({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {}),
        "is_enterprise_install": workspace.is_org_wide,
    }


def apps_uninstall(state: State, workspace: Workspace, _: Json) -> Json:
    state.revoke(workspace.team_id)
    return {}


def team_info(_: State, workspace: Workspace, __: Json) -> Json:
    return {"team": {"id": workspace.team_id, "name": workspace.name, "enterprise_id": workspace.enterprise_id}}


def users_info(state: State, _: Workspace, arguments: Json) -> Json:
    user = state.users.get(arguments.get("user", ""))
    if user is None:
        raise Refused("user_not_found")
    described = state.describe_user(user)
    return {"user": {**described, "locale": user.locale} if is_set(arguments, "include_locale") else described}


def conversations_info(state: State, workspace: Workspace, arguments: Json) -> Json:
    channel = state.channel_for(workspace, arguments.get("channel"))
    is_im = channel.kind == "im"
    return {
        "channel": {
            "id": channel.channel_id,
            **({"user": channel.members[1]} if is_im else {"name": channel.name}),
            "is_channel": channel.kind == "channel",
            "is_group": channel.kind == "group",
            "is_im": is_im,
            "is_mpim": channel.kind == "mpim",
            "is_private": channel.kind != "channel",
            "is_archived": channel.is_archived,
            "is_ext_shared": channel.is_ext_shared,
            "is_shared": channel.is_ext_shared,
            "is_member": workspace.bot_user_id in channel.members,
            "context_team_id": channel.team_id,
        }
    }


def conversations_members(state: State, workspace: Workspace, arguments: Json) -> Json:
    return {"members": state.channel_for(workspace, arguments.get("channel")).members}


def conversations_open(state: State, workspace: Workspace, arguments: Json) -> Json:
    users = arguments.get("users") or ""
    opened = state.open_direct(workspace, users.split(",") if isinstance(users, str) else users)
    return {"channel": {"id": opened.channel_id}}


def conversations_history(state: State, workspace: Workspace, arguments: Json) -> Json:
    channel = state.channel_for(workspace, arguments.get("channel"))
    require_member(workspace, channel.members)
    messages = [
        message
        for message in state.messages_in(channel.channel_id)
        if not message.thread_ts or message.thread_ts == message.ts
    ]
    return _page(state, list(reversed(messages)), arguments)


def conversations_replies(state: State, workspace: Workspace, arguments: Json) -> Json:
    channel = state.channel_for(workspace, arguments.get("channel"))
    require_member(workspace, channel.members)
    first = arguments.get("ts", "")
    if (channel.channel_id, first) not in state.messages:
        raise Refused("thread_not_found")
    root = state.messages[channel.channel_id, first]
    replies = [message for message in state.messages_in(channel.channel_id, thread_ts=first) if message.ts != first]
    # Slack returns the first message on every page.
    page = _page(state, replies, arguments)
    return {**page, "messages": [_describe_message(state, root, arguments), *page["messages"]]}


def _page(state: State, messages: list[Message], arguments: Json) -> Json:
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    is_inclusive = is_set(arguments, "inclusive")

    def is_in_range(message: Message) -> bool:
        posted_at = float(message.ts)
        return oldest <= posted_at <= latest if is_inclusive else oldest < posted_at < latest

    found = [message for message in messages if is_in_range(message)]
    start = int(arguments.get("cursor") or 0)
    end = start + min(int(arguments.get("limit") or 100), state.history_limit)
    more = {"response_metadata": {"next_cursor": str(end)}} if end < len(found) else {}
    shown = [_describe_message(state, message, arguments) for message in found[start:end]]
    return {"messages": shown, "has_more": end < len(found), **more}


def _describe_message(state: State, message: Message, arguments: Json) -> Json:
    shown = state.describe_message(message)
    if message.metadata and is_set(arguments, "include_all_metadata"):
        shown["metadata"] = message.metadata
    return shown


def chat_post_message(state: State, workspace: Workspace, arguments: Json) -> Json:
    channel = state.writable(workspace, arguments.get("channel"))
    check_message(arguments)
    check_metadata(arguments.get("metadata"))
    thread_ts = arguments.get("thread_ts") or ""
    if thread_ts and (channel.channel_id, thread_ts) not in state.messages:
        raise Refused("thread_not_found")
    made = write(state, workspace, channel.channel_id, arguments)
    return {"channel": channel.channel_id, "ts": made.ts, "message": state.describe_message(made)}


def write(state: State, workspace: Workspace, channel_id: str, arguments: Json) -> Message:
    made = Message(
        channel_id,
        state.new_ts(),
        workspace.bot_user_id,
        arguments.get("text") or "",
        list_argument(arguments.get("blocks")),
        arguments.get("thread_ts") or "",
        arguments.get("metadata"),
        sent=arguments,
    )
    state.messages[channel_id, made.ts] = made
    return made


def chat_post_ephemeral(state: State, workspace: Workspace, arguments: Json) -> Json:
    channel = state.writable(workspace, arguments.get("channel"))
    check_message(arguments)
    user_id = arguments.get("user", "")
    if user_id not in channel.members:
        raise Refused("user_not_in_channel")
    thread_ts = arguments.get("thread_ts") or ""
    made = Ephemeral(
        channel.channel_id,
        user_id,
        state.new_ts(),
        arguments.get("text") or "",
        list_argument(arguments.get("blocks")),
        thread_ts,
    )
    state.ephemerals.append(made)
    return {"message_ts": made.ts}


def chat_update(state: State, workspace: Workspace, arguments: Json) -> Json:
    found = _own_message(state, workspace, arguments)
    check_message(arguments)
    found.text = arguments.get("text") or ""
    found.blocks = list_argument(arguments.get("blocks"))
    found.metadata = arguments.get("metadata") or found.metadata
    found.edits += 1
    return {"channel": found.channel_id, "ts": found.ts, "text": found.text}


def chat_delete(state: State, workspace: Workspace, arguments: Json) -> Json:
    found = _own_message(state, workspace, arguments)
    del state.messages[found.channel_id, found.ts]
    return {"channel": found.channel_id, "ts": found.ts}


def _own_message(state: State, workspace: Workspace, arguments: Json) -> Message:
    channel = state.writable(workspace, arguments.get("channel"))
    found = state.messages.get((channel.channel_id, arguments.get("ts", "")))
    if found is None:
        raise Refused("message_not_found")
    if found.author != workspace.bot_user_id:
        raise Refused("cant_update_message")
    return found


def chat_unfurl(state: State, workspace: Workspace, arguments: Json) -> Json:
    channel = state.channel_for(workspace, arguments.get("channel"))
    found = state.messages.get((channel.channel_id, arguments.get("ts", "")))
    if found is None:
        raise Refused("cannot_unfurl_message")
    unfurls: dict[str, Json] = arguments.get("unfurls") or {}
    if not unfurls:
        raise Refused("missing_unfurls")
    for url, shown in unfurls.items():
        if url not in found.text:
            raise Refused("cannot_unfurl_url")
        check_message({"text": shown.get("text") or shown.get("fallback") or "-", **shown})
    found.unfurls |= unfurls
    return {}
