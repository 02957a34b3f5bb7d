"""Files in Teams lie in SharePoint: the bot downloads the files of a message, and uploads files after consent.

Both URLs arrive in a signed activity and carry their own permission, so the bot adds no token. Every URL, also that of
a redirect, must be on SharePoint's hosts.
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
from botbuilder.schema.teams.additional_properties import ContentType
from yarl import URL

from bot.platforms.allowed_hosts import AllowedFileHosts
from bot.platforms.attachments import (
    ATTACHMENTS_MAX,
    FETCH_LIMIT_S,
    TRANSFER_ERRORS,
    UPLOAD_LIMIT_S,
    NotFetched,
    read_file,
)
from bot.platforms.response_body import read_body

DOWNLOAD: Final = ContentType.FILE_DOWNLOAD_INFO
UPLOAD_TRIES: Final = 2
REDIRECTS_MAX: Final = 3
RESPONSE_MAX_BYTES: Final = 256 * 1024

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.files")


class NotStored(Exception):
    """SharePoint did not accept the file."""


class TeamsFile(msgspec.Struct, frozen=True):
    """A file in a message, and its download URL."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    url: str


class _DownloadInfo(msgspec.Struct, frozen=True, rename="camel"):
    download_url: str


class _FileAttachment(msgspec.Struct, frozen=True, rename="camel"):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    content: _DownloadInfo


def read_attachments(attachments: Sequence[Mapping[str, Any]] | None) -> tuple[TeamsFile, ...]:
    """Read the files of a message; images and the message's HTML are other attachments."""
    files = [
        attachment for attachment in (attachments or ())[:ATTACHMENTS_MAX] if attachment.get("contentType") == DOWNLOAD
    ]
    return tuple(_read_attachment(file) for file in files)


def _read_attachment(attachment: Mapping[str, Any]) -> TeamsFile:
    try:
        read = msgspec.convert(attachment, _FileAttachment)
    except msgspec.ValidationError:
        name = attachment.get("name")
        return TeamsFile(name[:1_000] if name and isinstance(name, str) else "?", "")
    return TeamsFile(read.name, read.content.download_url)


class TeamsFiles:
    """Downloads and uploads files over the bot's pooled session."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        hosts: AllowedFileHosts,
        *,
        fetch_limit_s: float = FETCH_LIMIT_S,
        upload_limit_s: float = UPLOAD_LIMIT_S,
    ) -> None:
        self._session = session
        self._hosts = hosts
        self.fetch_limit_s = fetch_limit_s
        self._upload_limit_s = upload_limit_s

    def permits(self, url: object) -> bool:
        """Return whether a URL is on SharePoint's hosts."""
        return self._hosts.permits(url)

    async def fetch(self, file: TeamsFile) -> tuple[str, bytes]:
        """Return name and content of a file. Raises NotFetched, BodyTooLarge."""
        return file.title, await self._download(file.url)

    async def _download(self, url: str) -> bytes:
        for _ in range(1 + REDIRECTS_MAX):
            if not self._hosts.permits(url):
                _log.error("file_url_refused")
                raise NotFetched
            async with self._session.get(URL(url, encoded=True), allow_redirects=False) as response:
                if response.status == HTTPStatus.OK:
                    return await read_file(response)
                if response.status not in _REDIRECTS:
                    _log.warning("file_refused", status=response.status)
                    raise NotFetched
                url = urljoin(url, _get_location(response))
        raise NotFetched

    async def upload(self, url: str, content: bytes) -> None:
        """Upload a file to the URL of an upload session; a repeated upload is harmless. Raises NotStored."""
        if not self._hosts.permits(url):
            _log.error("file_url_refused")
            raise NotStored
        try:
            async with asyncio.timeout(self._upload_limit_s):
                for attempt in range(1, UPLOAD_TRIES + 1):
                    if await self._put(url, content, is_last=attempt == UPLOAD_TRIES):
                        return
        except TRANSFER_ERRORS as failure:
            _log.warning("file_not_stored", failure=type(failure).__name__)
            raise NotStored from failure
        raise NotStored

    async def _put(self, url: str, content: bytes, *, is_last: bool) -> bool:
        """Return whether SharePoint accepted the file; False where another try may succeed."""
        headers = {
            "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}",
            "Content-Type": "application/octet-stream",
        }
        async with self._session.put(
            URL(url, encoded=True), data=BytesIO(content), headers=headers, allow_redirects=False
        ) as response:
            await read_body(response, RESPONSE_MAX_BYTES)
            if response.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                return True
            _log.warning("file_not_accepted", status=response.status)
            if response.status < HTTPStatus.INTERNAL_SERVER_ERROR or is_last:
                raise NotStored
            return False


def _get_location(response: aiohttp.ClientResponse) -> str:
    if not (location := response.headers.get("Location")):
        raise NotFetched
    return location
