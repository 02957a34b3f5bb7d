"""File delivery in Teams: the bot asks for consent in the direct chat, then uploads the file to OneDrive."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
import structlog
from botbuilder.schema.teams.additional_properties import ContentType

from bot.dispatch.interaction import Dispatcher, Interaction
from bot.platforms.answer_poster import AnswerPoster, log_not_sent
from bot.platforms.base import Reader, SendFailed
from bot.platforms.ingress import Json
from bot.platforms.teams.cards import TeamsRenderer
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.files import NotStored, TeamsFiles
from bot.platforms.teams.interactions import TeamsInteraction
from bot.platforms.teams.reply_writer import ReplyWriter
from cards import chat as cards
from cards.model import Card, File
from services.file import FileWithContent

CONSENT: Final = ContentType.FILE_CONSENT_CARD
INFO: Final = ContentType.FILE_INFO_CARD
DECLINED: Final = "file.decline"
# The characters that a URL may contain besides letters and digits; SharePoint sends others unencoded.
_URL_PUNCTUATION: Final = "%:/?#[]@!$&'()*+,;=~"

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.consent")

_ShortText = Annotated[str, msgspec.Meta(max_length=1_000)]


class _Context(msgspec.Struct, frozen=True):
    file: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class _UploadInfo(msgspec.Struct, frozen=True, rename="camel"):
    upload_url: str
    content_url: str
    name: _ShortText
    unique_id: _ShortText = ""
    file_type: _ShortText = ""


class FileConsent(msgspec.Struct, frozen=True, rename="camel"):
    """A user's decision about one file, with the upload session that Teams has created."""

    action: Annotated[str, msgspec.Meta(max_length=20)]
    context: _Context
    upload_info: _UploadInfo | None = None


def read_consent(value: object) -> FileConsent | None:
    """Read a decision; None where the value is not one of this bot."""
    try:
        return msgspec.convert(value, FileConsent)
    except msgspec.ValidationError:
        return None


class FileConsents:
    """Asks for consent to store files, and stores them after it."""

    def __init__(
        self, chat: Dispatcher, connector: Connector, files: TeamsFiles, renderer: TeamsRenderer, poster: AnswerPoster
    ) -> None:
        self._chat = chat
        self._connector = connector
        self._files = files
        self._renderer = renderer
        self._poster = poster

    async def ask(self, service_url: str, conversation_id: str, files: Sequence[File], reader: Reader) -> None:
        """Post a consent card for each file in the user's direct chat. Raises SendFailed."""
        for file in files:
            await self._connector.send(service_url, conversation_id, self._render_question(file, reader))

    def _render_question(self, file: File, reader: Reader) -> Json:
        context = {"file": file.file_id}
        content = {
            "description": self._renderer.line(cards.SAVE_FILE, reader),
            "sizeInBytes": file.size_bytes,
            "acceptContext": context,
            "declineContext": context,
        }
        attachment = {"contentType": CONSENT, "name": file.name, "content": content}
        return {"type": "message", "summary": file.name, "attachments": [attachment]}

    async def process(self, interaction: TeamsInteraction, writer: ReplyWriter) -> None:
        """Carry out a decision once; a repetition changes nothing."""
        consent = read_consent(interaction.activity.value)
        is_direct = interaction.is_direct
        if consent is None or consent.action not in {"accept", "decline"} or not is_direct:
            _log.warning("consent_not_understood")
            return
        key = f"{interaction.incoming.message_id or interaction.activity.id}|consent|{consent.context.file}"
        if not self._poster.claim(key):
            return
        try:
            if not await self._carry_out(interaction, consent, writer):
                self._poster.release(key)
        except SendFailed as failure:
            log_not_sent(interaction.incoming, failure)

    async def _carry_out(self, interaction: TeamsInteraction, consent: FileConsent, writer: ReplyWriter) -> bool:
        """Return whether the decision is final; otherwise the user may decide again."""
        incoming = interaction.incoming
        declined = replace(incoming, command=DECLINED, args={"file": consent.context.file})
        if consent.action == "decline":
            await self._respond(writer, declined)
            return True
        found = await self._chat.fetch_file(incoming, consent.context.file)
        if found is None:
            return False
        if not isinstance(found, FileWithContent):
            await self._replace_question(writer, incoming.message_id, found.card, found.reader)
            return True
        try:
            info = await self._store(consent.upload_info, found)
        except NotStored:
            await self._respond(writer, declined)
            return True
        await self._connector.send(interaction.activity.service_url, interaction.activity.conversation.id, info)
        if incoming.message_id:
            await writer.delete(incoming.message_id)
        return True

    async def _store(self, upload: _UploadInfo | None, file: FileWithContent) -> Json:
        """Upload a file; return the message that shows it. Raises NotStored."""
        url = "" if upload is None else quote(upload.content_url, safe=_URL_PUNCTUATION)
        if upload is None or not self._files.permits(url):
            raise NotStored
        await self._files.upload(upload.upload_url, file.content)
        attachment: dict[str, Any] = {
            "contentType": INFO,
            "contentUrl": upload.content_url,
            "name": upload.name,
            "content": {"uniqueId": upload.unique_id, "fileType": upload.file_type},
        }
        return {"type": "message", "summary": upload.name, "attachments": [attachment]}

    async def _respond(self, writer: ReplyWriter, incoming: Interaction) -> None:
        answer = await self._chat.receive(incoming)
        if answer is not None:
            await self._replace_question(writer, incoming.message_id, answer.card, answer.reader)

    async def _replace_question(self, writer: ReplyWriter, message_id: str, card: Card, reader: Reader) -> None:
        """Replace the consent card with another card."""
        message = self._renderer.message(card, reader, [])
        if message_id:
            await writer.update(message_id, message)
        else:
            await writer.post(message)
