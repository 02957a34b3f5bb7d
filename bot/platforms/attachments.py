"""Files that users send: fetched within limits of number, size and time, from direct chats alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol, TypeVar

import aiohttp
import structlog

from bot.dispatch.interaction import Interaction
from bot.platforms.base import SendFailed
from bot.platforms.response_body import BodyTooLarge, read_body
from services.file import ReceivedFile, ReceiveProblem
from services.file.model import MESSAGE_FILES_MAX
from services.people import PlaceKind
from services.spreadsheet import FILE_MAX_BYTES

FETCH_LIMIT_S: Final = 10.0
UPLOAD_LIMIT_S: Final = 12.0
"""Longer than fetching: the user has asked for the file and waits for it."""
ATTACHMENTS_MAX: Final = 50
"""Attachments read of one message; Teams and Slack allow 10 at once, so more is no message of a client."""

TRANSFER_ERRORS: Final = (aiohttp.ClientError, OSError, TimeoutError, ValueError)

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("files")


class NotFetched(Exception):
    """The platform did not return the file, or the address is not one of the platform."""


class Attachment(Protocol):
    """A file in a message, before its content is fetched."""

    @property
    def title(self) -> str:
        """The name of the file; `?` where the platform names none."""
        ...


AnyAttachment = TypeVar("AnyAttachment", bound=Attachment)
Fetch = Callable[[AnyAttachment], Awaitable[tuple[str, bytes]]]
"""Returns the name and the content of one file. Raises NotFetched, BodyTooLarge, SendFailed."""


async def attach_files(
    incoming: Interaction, attachments: Sequence[AnyAttachment], fetch: Fetch[AnyAttachment], limit_s: float
) -> Interaction:
    """Add a message's files to it. Outside the direct chat nothing is fetched: the list could be anyone's."""
    if not attachments:
        return incoming
    if incoming.conversation.kind is not PlaceKind.PERSONAL or len(attachments) > MESSAGE_FILES_MAX:
        return replace(incoming, files=tuple(_fail(item.title, ReceiveProblem.NOT_FETCHED) for item in attachments))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_fetch_file(attachment, fetch, limit_s)) for attachment in attachments]
    return replace(incoming, files=tuple(task.result() for task in tasks))


async def _fetch_file(attachment: AnyAttachment, fetch: Fetch[AnyAttachment], limit_s: float) -> ReceivedFile:
    try:
        async with asyncio.timeout(limit_s):
            name, content = await fetch(attachment)
    except BodyTooLarge:
        return _fail(attachment.title, ReceiveProblem.TOO_BIG)
    except (NotFetched, SendFailed, *TRANSFER_ERRORS) as failure:
        _log.warning("file_not_fetched", failure=type(failure).__name__)
        return _fail(attachment.title, ReceiveProblem.NOT_FETCHED)
    return ReceivedFile(name, "", content)


def _fail(name: str, problem: ReceiveProblem) -> ReceivedFile:
    return ReceivedFile(name, "", problem=problem)


async def read_file(response: aiohttp.ClientResponse) -> bytes:
    """Read the content of a file. Raises BodyTooLarge."""
    if (response.content_length or 0) > FILE_MAX_BYTES:
        raise BodyTooLarge
    return await read_body(response, FILE_MAX_BYTES)
