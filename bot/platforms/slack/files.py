"""Files in Slack: fetched with the bot's token from Slack's hosts, and uploaded to URLs that Slack hands out.

A file's URL opens only with the bot's token: it is sent to Slack's hosts alone, and redirects are not followed. An
upload URL needs no token; it accepts one file once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from io import BytesIO
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import aiohttp
import msgspec
import structlog
from yarl import URL

from bot.platforms.allowed_hosts import AllowedFileHosts
from bot.platforms.attachments import ATTACHMENTS_MAX, TRANSFER_ERRORS, UPLOAD_LIMIT_S, NotFetched, read_file
from bot.platforms.base import NOT_ASKED, Rejected, Unavailable
from bot.platforms.ingress import Json
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.slack.api import SlackApi, Workspace
from bot.platforms.slack.tokens import Tokens
from services.file import FileWithContent
from services.spreadsheet import FILE_MAX_BYTES

FILE_HOSTS: Final = ("files.slack.com", "files.slack-gov.com")
"""The host of the Web API is added to them."""
RESPONSE_MAX_BYTES: Final = 64 * 1024
CHECK_FILE_INFO: Final = "check_file_info"
"""`file_access` of a file whose details only `files.info` returns (Slack Connect)."""
HOSTED: Final = frozenset({"hosted", "snippet"})
"""Modes of files that Slack stores itself; the others are links, or deleted."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.files")


class SlackFile(msgspec.Struct, frozen=True):
    """A file in a message, as Slack describes it."""

    id: Annotated[str, msgspec.Meta(max_length=255)] = ""
    name: Annotated[str, msgspec.Meta(max_length=1_000)] | None = None
    mode: Annotated[str, msgspec.Meta(max_length=100)] = ""
    size: int = 0
    file_access: Annotated[str, msgspec.Meta(max_length=100)] = ""
    url_private: str = ""
    url_private_download: str = ""

    @property
    def title(self) -> str:
        return self.name or "?"


def read_attachments(files: Sequence[Mapping[str, Any]] | None) -> tuple[SlackFile, ...]:
    """Read the files of a message; an unreadable entry counts as a file without a name."""
    return tuple(_read_attachment(file) for file in (files or ())[:ATTACHMENTS_MAX])


def _read_attachment(file: Mapping[str, Any]) -> SlackFile:
    try:
        return msgspec.convert(file, SlackFile)
    except msgspec.ValidationError:
        return SlackFile()


class SlackFiles:
    """Downloads and uploads files over the bot's pooled session."""

    def __init__(self, session: aiohttp.ClientSession, api: SlackApi, tokens: Tokens, *, api_url: str) -> None:
        self._session = session
        self._api = api
        self._tokens = tokens
        self._hosts = AllowedFileHosts((*FILE_HOSTS, urlsplit(api_url).hostname or ""))

    async def fetch(self, workspace: Workspace, file: SlackFile) -> tuple[str, bytes]:
        """Return name and content of a file. Raises NotFetched, BodyTooLarge, SendFailed."""
        if file.file_access == CHECK_FILE_INFO:
            response = await self._api.call("files.info", workspace, {"file": file.id})
            file = _read_attachment(response.get("file") or {})
        return file.title, await self._download(workspace, file)

    async def _download(self, workspace: Workspace, file: SlackFile) -> bytes:
        url = file.url_private_download or file.url_private
        if file.mode not in HOSTED or not self._hosts.permits(url):
            _log.warning("file_url_refused")
            raise NotFetched
        if file.size > FILE_MAX_BYTES:
            raise BodyTooLarge
        token = await self._tokens.token(workspace.tenant, workspace.workspace_id)
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.get(URL(url, encoded=True), headers=headers, allow_redirects=False) as response:
            if response.status != HTTPStatus.OK or response.content_type == "text/html":
                # With an unaccepted token Slack returns its sign-in page with status 200.
                _log.warning("file_refused", status=response.status)
                raise NotFetched
            return await read_file(response)

    async def store(self, workspace: Workspace, channel_id: str, file: FileWithContent) -> None:
        """Share a file in a channel as a message. Raises SendFailed; Ambiguous if the message may exist."""
        described = {"filename": file.stored.name, "length": len(file.content)}
        upload = await self._api.call("files.getUploadURLExternal", workspace, described)
        await self._upload(upload.get("upload_url"), file.content)
        entry: Json = {"id": upload.get("file_id"), "title": file.stored.name}
        arguments = {"files": [entry], "channel_id": channel_id}
        await self._api.call("files.completeUploadExternal", workspace, arguments, channel=channel_id)

    async def _upload(self, url: object, content: bytes) -> None:
        """Upload the content. The file is invisible until it is completed, so every failure is Unavailable."""
        if not isinstance(url, str) or not self._hosts.permits(url):
            _log.error("file_url_refused")
            raise Rejected(NOT_ASKED, "upload_url")
        headers = {"Content-Type": "application/octet-stream"}
        try:
            async with (
                asyncio.timeout(UPLOAD_LIMIT_S),
                self._session.post(
                    URL(url, encoded=True), data=BytesIO(content), headers=headers, allow_redirects=False
                ) as response,
            ):
                await read_body(response, RESPONSE_MAX_BYTES)
        except (BodyTooLarge, *TRANSFER_ERRORS) as failure:
            raise Unavailable(type(failure).__name__) from failure
        if response.status != HTTPStatus.OK:
            raise Unavailable(f"status {response.status}")
