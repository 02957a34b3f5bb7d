"""Files between users and the bot in Slack: attached to a message, or delivered to the user's direct chat."""

from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from bot.dispatch.interaction import Dispatcher, InteractionKind, Response
from bot.platforms.answer_poster import AnswerPoster
from bot.platforms.attachments import FETCH_LIMIT_S, attach_files
from bot.platforms.base import Ambiguous, Gone, SendFailed
from bot.platforms.slack.background import SlackReply
from bot.platforms.slack.directory import SlackDirectory
from bot.platforms.slack.files import SlackFiles, read_attachments
from bot.platforms.slack.interactions import SlackInteraction, SlackSurface
from bot.platforms.slack.responder import Responder
from cards import chat as cards
from cards.model import File
from services.file import FileWithContent

DECLINED: Final = "file.decline"

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.files")


class FileHandover:
    """Takes the files of a message, and delivers the files of an answer."""

    def __init__(
        self, chat: Dispatcher, files: SlackFiles, directory: SlackDirectory, responder: Responder, poster: AnswerPoster
    ) -> None:
        self._chat = chat
        self._files = files
        self._directory = directory
        self._responder = responder
        self._poster = poster

    async def attach_files(self, interaction: SlackInteraction) -> SlackInteraction:
        """Fetch the files of a message; none of them outside the direct chat."""
        request = interaction.request
        is_message = request.event is not None and interaction.surface is SlackSurface.MESSAGE
        attachments = read_attachments(request.event.files) if request.event and is_message else ()
        fetch = partial(self._files.fetch, request.workspace)
        return replace(
            interaction, incoming=await attach_files(interaction.incoming, attachments, fetch, FETCH_LIMIT_S)
        )

    async def deliver(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        """Upload the files of an answer to the user's direct chat, each once."""
        for file in answer.files:
            if not self._poster.claim(f"upload {interaction.incoming.interaction_id}|{file.file_id}"):
                continue
            try:
                await self._deliver_file(interaction, file, answer, reply)
            except SendFailed as failure:
                _log.warning("file_not_delivered", failure=type(failure).__name__)
                await self._responder.hint(interaction, answer, cards.RESPONSE_UNDELIVERED, reply)

    async def _deliver_file(
        self, interaction: SlackInteraction, file: File, answer: Response, reply: SlackReply
    ) -> None:
        workspace = interaction.request.workspace
        chat_id = await self._directory.direct_chat(workspace, interaction.request.user_id)
        if not chat_id:
            raise Gone(0, "no_chat")
        found = await self._chat.fetch_file(interaction.incoming, file.file_id)
        if found is None:
            return
        if not isinstance(found, FileWithContent):
            await self._responder.show(interaction, found, reply)
            return
        try:
            await self._files.store(workspace, chat_id, found)
        except Ambiguous:
            raise
        except SendFailed as failure:
            _log.warning("file_not_stored", failure=type(failure).__name__)
            await self._decline(interaction, file, reply)
            return
        if not interaction.is_direct:
            await self._responder.hint(interaction, answer, cards.SENT_DIRECTLY, reply)

    async def _decline(self, interaction: SlackInteraction, file: File, reply: SlackReply) -> None:
        """Tell the dispatch that a file was not stored, so that the user can fetch it later."""
        interaction_id = f"{interaction.incoming.interaction_id}|{file.file_id}"
        args = {"file": file.file_id}
        declined = replace(
            interaction.incoming, kind=InteractionKind.CLICK, interaction_id=interaction_id, command=DECLINED, args=args
        )
        answer = await self._chat.receive(declined)
        if answer is not None:
            await self._responder.show(replace(interaction, incoming=declined), answer, reply)
