"""Files in Slack: the bot fetches what people send to it alone, and puts what it made into their own chat with it.

A file's address opens only with the bot's token, so the token goes nowhere but to Slack, and nobody is followed from
there. What is to be put in gets an address without a token of its own, which takes one file once.
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

from bot.platforms.allowed_hosts import FileHosts
from bot.platforms.base import NOT_ASKED, Rejected, SendFailed, Unavailable
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.slack.api import Json, SlackApi, Workspace
from bot.platforms.slack.tokens import Tokens
from services.file import OpenedFile, Problem, ReceivedFile
from services.file.model import MESSAGE_MAX
from services.spreadsheet import FILE_MAX_BYTES

FILE_HOSTS: Final = ("files.slack.com", "files.slack-gov.com")
"""Slack's own interface is added to them."""
FETCH_LIMIT_S: Final = 10.0
UPLOAD_LIMIT_S: Final = 12.0
READ_MAX: Final = 50
ANSWER_MAX_BYTES: Final = 64 * 1024
UNSEEN: Final = "check_file_info"
"""Slack's word for a file that it tells of without saying what it is."""
HOSTED: Final = frozenset({"hosted", "snippet"})
"""Files that lie in Slack; all others are only linked there, or are there no longer."""

_BROKEN: Final = (aiohttp.ClientError, OSError, TimeoutError, ValueError)

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.files")


class NotFetched(Exception):
    """Slack did not give the file, or it was not Slack that was named."""


class Attached(msgspec.Struct, frozen=True):
    """A file that somebody sent, as far as Slack tells of it."""

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


def read_attached(files: Sequence[Mapping[str, Any]] | None) -> tuple[Attached, ...]:
    """The files that came along with a message; of a strange one there is nothing but that it came."""
    found: list[Attached] = []
    for one in (files or ())[:READ_MAX]:
        try:
            found.append(msgspec.convert(one, Attached))
        except msgspec.ValidationError:
            found.append(Attached())
    return tuple(found)


def unfetched(attached: Sequence[Attached]) -> tuple[ReceivedFile, ...]:
    """The files that came where the bot takes none."""
    return tuple(ReceivedFile(one.title, "", problem=Problem.NOT_FETCHED) for one in attached)


class Files:
    """Gets files from Slack and puts them there, over the one session of the bot."""

    def __init__(self, session: aiohttp.ClientSession, api: SlackApi, tokens: Tokens, *, api_url: str) -> None:
        self._session = session
        self._api = api
        self._tokens = tokens
        self._hosts = FileHosts((*FILE_HOSTS, urlsplit(api_url).hostname or ""))

    async def fetch(self, where: Workspace, attached: Sequence[Attached]) -> tuple[ReceivedFile, ...]:
        """The files with what is in them, or why not."""
        if len(attached) > MESSAGE_MAX:
            return unfetched(attached)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._fetch(where, one)) for one in attached]
        return tuple(task.result() for task in tasks)

    async def _fetch(self, where: Workspace, attached: Attached) -> ReceivedFile:
        try:
            async with asyncio.timeout(FETCH_LIMIT_S):
                told = await self._looked_up(where, attached)
                return ReceivedFile(told.title, "", await self._get(where, told))
        except BodyTooLarge:
            return ReceivedFile(attached.title, "", problem=Problem.TOO_BIG)
        except (NotFetched, SendFailed, *_BROKEN) as failure:
            log.warning("slack_file_not_fetched", failure=type(failure).__name__)
            return ReceivedFile(attached.title, "", problem=Problem.NOT_FETCHED)

    async def _looked_up(self, where: Workspace, attached: Attached) -> Attached:
        """What Slack keeps to itself until it is asked."""
        if attached.file_access != UNSEEN:
            return attached
        answer = await self._api.call("files.info", where, {"file": attached.id})
        told: Json = answer.get("file") or {}
        return read_attached([told])[0]

    async def _get(self, where: Workspace, file: Attached) -> bytes:
        url = file.url_private_download or file.url_private
        if file.mode not in HOSTED or not self._hosts.permits(url):
            log.warning("slack_file_address_refused")
            raise NotFetched
        if file.size > FILE_MAX_BYTES:
            raise BodyTooLarge
        token = await self._tokens.token(where.tenant, where.workspace_id)
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.get(URL(url, encoded=True), headers=headers, allow_redirects=False) as response:
            if response.status != HTTPStatus.OK or response.content_type == "text/html":
                # To whom it does not know, Slack shows a page to sign in.
                log.warning("slack_file_refused", status=response.status)
                raise NotFetched
            if (response.content_length or 0) > FILE_MAX_BYTES:
                raise BodyTooLarge
            return await read_body(response, FILE_MAX_BYTES)

    async def store(self, where: Workspace, channel_id: str, file: OpenedFile) -> None:
        """Put a file into a chat, where it then stands as a message. Raises SendFailed; Ambiguous, if it may stand."""
        made = {"filename": file.stored.name, "length": len(file.content)}
        room = await self._api.call("files.getUploadURLExternal", where, made)
        await self._upload(room.get("upload_url"), file.content)
        named: Json = {"id": room.get("file_id"), "title": file.stored.name}
        arguments = {"files": [named], "channel_id": channel_id}
        await self._api.call("files.completeUploadExternal", where, arguments, channel=channel_id)

    async def _upload(self, url: object, content: bytes) -> None:
        """Nobody sees it yet: whatever goes wrong here, it has certainly not arrived."""
        if not isinstance(url, str) or not self._hosts.permits(url):
            log.error("slack_file_address_refused")
            raise Rejected(NOT_ASKED, "upload_url")
        headers = {"Content-Type": "application/octet-stream"}
        try:
            async with (
                asyncio.timeout(UPLOAD_LIMIT_S),
                self._session.post(
                    URL(url, encoded=True), data=BytesIO(content), headers=headers, allow_redirects=False
                ) as response,
            ):
                await read_body(response, ANSWER_MAX_BYTES)
        except (BodyTooLarge, *_BROKEN) as failure:
            raise Unavailable(type(failure).__name__) from failure
        if response.status != HTTPStatus.OK:
            raise Unavailable(f"status {response.status}")
