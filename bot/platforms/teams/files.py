"""Files of Microsoft Teams lie in SharePoint: the bot fetches what people send, and puts there what they want to have.

Both addresses come with an activity that Teams has signed, and carry their own permission: the bot adds no token. All
the same it goes nowhere but to SharePoint, however an address is written and wherever SharePoint sends it on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from io import BytesIO
from typing import Annotated, Any, Final
from urllib.parse import urljoin

import aiohttp
import msgspec
import structlog
from yarl import URL

from bot.platforms.allowed_hosts import FileHosts
from bot.platforms.response_body import BodyTooLarge, read_body
from services.file import Problem, ReceivedFile
from services.file.model import MESSAGE_MAX
from services.spreadsheet import FILE_MAX_BYTES

DOWNLOAD: Final = "application/vnd.microsoft.teams.file.download.info"
FETCH_LIMIT_S: Final = 10.0
UPLOAD_LIMIT_S: Final = 12.0
UPLOAD_TRIES: Final = 2
REDIRECTS_MAX: Final = 3
ATTACHMENTS_READ: Final = 50
ANSWER_MAX_BYTES: Final = 256 * 1024

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BROKEN: Final = (aiohttp.ClientError, OSError, TimeoutError, ValueError)

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.files")


class NotFetched(Exception):
    """SharePoint did not give the file, or it was not SharePoint that was named."""


class NotStored(Exception):
    """The file did not get to where the person wanted it."""


class Attached(msgspec.Struct, frozen=True):
    """A file that somebody sent, and where it can be fetched."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    url: str


class _Content(msgspec.Struct, frozen=True, rename="camel"):
    download_url: str


class _Attachment(msgspec.Struct, frozen=True, rename="camel"):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    content: _Content


def read_attached(attachments: Sequence[Mapping[str, Any]] | None) -> tuple[Attached, ...]:
    """The files among what came along with a message; pictures and the message as HTML are none."""
    found: list[Attached] = []
    for one in (attachments or ())[:ATTACHMENTS_READ]:
        if one.get("contentType") != DOWNLOAD:
            continue
        try:
            read = msgspec.convert(one, _Attachment)
        except msgspec.ValidationError:
            name = one.get("name")
            found.append(Attached(name[:1_000] if name and isinstance(name, str) else "?", ""))
        else:
            found.append(Attached(read.name, read.content.download_url))
    return tuple(found)


def unfetched(attached: Sequence[Attached]) -> tuple[ReceivedFile, ...]:
    """The files that came where the bot takes none."""
    return tuple(ReceivedFile(one.name, "", problem=Problem.NOT_FETCHED) for one in attached)


class Files:
    """Gets files from SharePoint and puts them there, over the one session of the bot."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        hosts: FileHosts,
        *,
        fetch_limit_s: float = FETCH_LIMIT_S,
        upload_limit_s: float = UPLOAD_LIMIT_S,
    ) -> None:
        self._session = session
        self._hosts = hosts
        self._fetch_limit_s = fetch_limit_s
        self._upload_limit_s = upload_limit_s

    def permits(self, url: object) -> bool:
        """Whether the address is one of SharePoint."""
        return self._hosts.permits(url)

    async def fetch(self, attached: Sequence[Attached]) -> tuple[ReceivedFile, ...]:
        """The files with what is in them, or why not."""
        if len(attached) > MESSAGE_MAX:
            return unfetched(attached)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._fetch(one)) for one in attached]
        return tuple(task.result() for task in tasks)

    async def _fetch(self, attached: Attached) -> ReceivedFile:
        try:
            async with asyncio.timeout(self._fetch_limit_s):
                return ReceivedFile(attached.name, "", await self._get(attached.url))
        except BodyTooLarge:
            return ReceivedFile(attached.name, "", problem=Problem.TOO_BIG)
        except (NotFetched, *_BROKEN) as failure:
            log.warning("teams_file_not_fetched", failure=type(failure).__name__)
            return ReceivedFile(attached.name, "", problem=Problem.NOT_FETCHED)

    async def _get(self, url: str) -> bytes:
        for _ in range(1 + REDIRECTS_MAX):
            if not self._hosts.permits(url):
                log.error("teams_file_address_refused")
                raise NotFetched
            async with self._session.get(URL(url, encoded=True), allow_redirects=False) as response:
                if response.status == HTTPStatus.OK:
                    return await _read(response)
                if response.status not in _REDIRECTS:
                    log.warning("teams_file_refused", status=response.status)
                    raise NotFetched
                url = urljoin(url, _location(response))
        raise NotFetched

    async def upload(self, url: str, content: bytes) -> None:
        """Put a file where SharePoint has made room for it; putting it there twice is the same. Raises NotStored."""
        if not self._hosts.permits(url):
            log.error("teams_file_address_refused")
            raise NotStored
        try:
            async with asyncio.timeout(self._upload_limit_s):
                for attempt in range(1, UPLOAD_TRIES + 1):
                    if await self._put(url, content, is_last=attempt == UPLOAD_TRIES):
                        return
        except _BROKEN as failure:
            log.warning("teams_file_not_stored", failure=type(failure).__name__)
            raise NotStored from failure
        raise NotStored

    async def _put(self, url: str, content: bytes, *, is_last: bool) -> bool:
        """Whether SharePoint has it now; False: another try may help."""
        headers = {
            "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}",
            "Content-Type": "application/octet-stream",
        }
        async with self._session.put(
            URL(url, encoded=True), data=BytesIO(content), headers=headers, allow_redirects=False
        ) as response:
            await read_body(response, ANSWER_MAX_BYTES)
            if response.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                return True
            log.warning("teams_file_not_taken", status=response.status)
            if response.status < HTTPStatus.INTERNAL_SERVER_ERROR or is_last:
                raise NotStored
            return False


def _location(response: aiohttp.ClientResponse) -> str:
    if not (location := response.headers.get("Location")):
        raise NotFetched
    return location


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > FILE_MAX_BYTES:
        raise BodyTooLarge
    return await read_body(response, FILE_MAX_BYTES)
