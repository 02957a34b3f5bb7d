"""How a file gets to a person in Microsoft Teams: the bot asks in his own chat, he agrees, it goes to his OneDrive."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
import structlog

from bot.dispatch.interaction import Dispatcher, Interaction
from bot.platforms.base import Reader, SendFailed
from bot.platforms.ingress import Json
from bot.platforms.teams.bot_adapter import Turn
from bot.platforms.teams.cards import Drawing
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.files import Files, NotStored
from bot.platforms.teams.interactions import Heard
from bot.platforms.ttl_cache import Remembered
from cards import chat as cards
from cards.model import Card, File
from services.file import OpenedFile
from services.people import PlaceKind

CONSENT: Final = "application/vnd.microsoft.teams.card.file.consent"
INFO: Final = "application/vnd.microsoft.teams.card.file.info"
DECLINED: Final = "file.decline"
DONE_KEPT_S: Final = 3600.0

_PUNCTUATION: Final = "%:/?#[]@!$&'()*+,;=~"

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.consent")

_Short = Annotated[str, msgspec.Meta(max_length=1_000)]


class _Context(msgspec.Struct, frozen=True):
    file: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class _Upload(msgspec.Struct, frozen=True, rename="camel"):
    upload_url: str
    content_url: str
    name: _Short
    unique_id: _Short = ""
    file_type: _Short = ""


class Consent(msgspec.Struct, frozen=True, rename="camel"):
    """What the person has decided about one file, and where SharePoint has made room for it."""

    action: Annotated[str, msgspec.Meta(max_length=20)]
    context: _Context
    upload_info: _Upload | None = None


def read_consent(value: object) -> Consent | None:
    """The decision; None where it is none of ours."""
    try:
        return msgspec.convert(value, Consent)
    except msgspec.ValidationError:
        return None


class Consents:
    """Asks where files may go, and brings them there."""

    def __init__(
        self,
        chat: Dispatcher,
        connector: Connector,
        files: Files,
        drawing: Drawing,
        done: Remembered[tuple[str, str], bool],
    ) -> None:
        self._chat = chat
        self._connector = connector
        self._files = files
        self._drawing = drawing
        self._done = done

    async def ask(self, service_url: str, conversation_id: str, files: Sequence[File], reader: Reader) -> None:
        """Ask the person in his own chat for each file. Raises SendFailed."""
        for file in files:
            await self._connector.send(service_url, conversation_id, self._question(file, reader))

    def _question(self, file: File, reader: Reader) -> Json:
        about = self._drawing.line(cards.SAVE_FILE, reader)
        context = {"file": file.file_id}
        content = {
            "description": about,
            "sizeInBytes": file.size_bytes,
            "acceptContext": context,
            "declineContext": context,
        }
        attachment = {"contentType": CONSENT, "name": file.name, "content": content}
        return {"type": "message", "summary": file.name, "attachments": [attachment]}

    async def settle(self, turn: Turn, heard: Heard) -> None:
        """Do what the person has decided; deciding the same again changes nothing."""
        await turn.answer({"statusCode": 200})
        consent = read_consent(heard.spoken.activity.value)
        is_alone = heard.incoming.conversation.kind is PlaceKind.PERSONAL
        if consent is None or consent.action not in {"accept", "decline"} or not is_alone:
            log.warning("teams_consent_not_understood")
            return
        decision = heard.incoming.message_id or heard.spoken.id, consent.context.file
        if self._done.get(decision):
            return
        self._done.put(decision, value=True, seconds=DONE_KEPT_S)
        try:
            if not await self._settled(turn, heard, consent):
                self._done.forget(decision)
        except SendFailed as failure:
            log.warning("teams_answer_not_sent", failure=type(failure).__name__)

    async def _settled(self, turn: Turn, heard: Heard, consent: Consent) -> bool:
        """Whether that is the end of it; otherwise the person may decide once more."""
        incoming, said = heard.incoming, heard.spoken
        if consent.action == "decline":
            await self._show(turn, replace(incoming, command=DECLINED, args={"file": consent.context.file}))
            return True
        found = await self._chat.fetch_file(incoming, consent.context.file)
        if found is None:
            return False
        if not isinstance(found, OpenedFile):
            await self._put_instead(turn, incoming.message_id, found.card, found.reader)
            return True
        try:
            info = await self._bring(consent.upload_info, found)
        except NotStored:
            await self._show(turn, replace(incoming, command=DECLINED, args={"file": consent.context.file}))
            return True
        address = said.activity.service_url, said.conversation.id
        await self._connector.send(*address, info)
        if incoming.message_id:
            await self._connector.delete(*address, incoming.message_id)
        return True

    async def _bring(self, upload: _Upload | None, found: OpenedFile) -> Json:
        """Put the file into the room that was made for it; the message that shows it there. Raises NotStored."""
        address = "" if upload is None else quote(upload.content_url, safe=_PUNCTUATION)
        if upload is None or not self._files.permits(address):
            raise NotStored
        await self._files.upload(upload.upload_url, found.content)
        attachment: dict[str, Any] = {
            "contentType": INFO,
            "contentUrl": upload.content_url,
            "name": upload.name,
            "content": {"uniqueId": upload.unique_id, "fileType": upload.file_type},
        }
        return {"type": "message", "summary": upload.name, "attachments": [attachment]}

    async def _show(self, turn: Turn, incoming: Interaction) -> None:
        answer = await self._chat.receive(incoming)
        if answer is not None:
            await self._put_instead(turn, incoming.message_id, answer.card, answer.reader)

    async def _put_instead(self, turn: Turn, message_id: str, card: Card, reader: Reader) -> None:
        """A card where the question stood."""
        message = self._drawing.message(card, reader, [])
        if message_id:
            await turn.change(message_id, message)
        else:
            await turn.say(message)
