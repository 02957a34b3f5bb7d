"""Methods that upload, share and describe files."""

from tests.fakes.slack.methods import write
from tests.fakes.slack.model import File, Given, Json, Refused, Workspace, list_argument
from tests.fakes.slack.state import State


def files_upload_url(state: State, workspace: Workspace, arguments: Json) -> Json:
    length = int(arguments.get("length") or 0)
    if not arguments.get("filename") or length <= 0:
        raise Refused("invalid_arguments")
    file = File(state.new_id("F"), arguments["filename"], workspace.bot_user_id, length=length)
    state.files[file.file_id] = file
    return {"upload_url": f"{state.origin}/upload/v1/{file.file_id}", "file_id": file.file_id}


def files_complete_upload(state: State, workspace: Workspace, arguments: Json) -> Json:
    files = [_find_upload(state, item) for item in list_argument(arguments.get("files"))]
    if not files:
        raise Refused("invalid_arguments")
    for file in files:
        file.is_complete = True
    if arguments.get("channel_id"):
        channel = state.writable(workspace, arguments["channel_id"])
        if channel.channel_id not in state.channels:
            raise Refused("invalid_channel")
        words = {"text": arguments.get("initial_comment") or "", "blocks": arguments.get("blocks")}
        message = write(state, workspace, channel.channel_id, {**words, "thread_ts": arguments.get("thread_ts")})
        for file in files:
            file.channels.append(channel.channel_id)
        message.files = [state.describe_file(file) for file in files]
    return {"files": [state.describe_file(file) for file in files]}


def _find_upload(state: State, wanted: Given) -> File:
    file = state.files.get(wanted.get("id", ""))
    if file is None or file.is_complete or len(file.content) != file.length:
        raise Refused("file_not_found")
    return file


def files_info(state: State, _: Workspace, arguments: Json) -> Json:
    file = state.files.get(arguments.get("file", ""))
    if file is None:
        raise Refused("file_not_found")
    return {"file": state.describe_file(file)}


def files_delete(state: State, workspace: Workspace, arguments: Json) -> Json:
    file = state.files.get(arguments.get("file", ""))
    if file is None or file.author != workspace.bot_user_id:
        raise Refused("file_not_found")
    del state.files[file.file_id]
    return {}
