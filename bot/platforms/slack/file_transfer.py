"""How files get to a person in Slack: what came along with a message is fetched, what was made goes to his own chat."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import structlog

from bot.dispatch.incoming import Answer, Chat, Kind
from bot.platforms.base import Ambiguous, Gone, SendFailed
from bot.platforms.slack.background import Reply
from bot.platforms.slack.files import Files, read_attached, unfetched
from bot.platforms.slack.interactions import At, Heard
from bot.platforms.slack.people import People
from bot.platforms.slack.responder import Answering
from bot.platforms.ttl_cache import Remembered
from cards import chat as cards
from cards.model import File
from services.file import OpenedFile

DECLINED: Final = "file.decline"
HANDED_KEPT_S: Final = 3600.0
"""Slack repeats what it believes unanswered; for so long a repetition hands nothing over again."""

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.files")


class Handing:
    """Takes files from people and hands files to them."""

    def __init__(
        self, chat: Chat, files: Files, people: People, answering: Answering, timer: Callable[[], float]
    ) -> None:
        self._chat = chat
        self._files = files
        self._people = people
        self._answering = answering
        self._handed: Remembered[tuple[str, str], bool] = Remembered(timer)

    async def with_files(self, heard: Heard) -> Heard:
        """What came along with a message; where others read along, nothing is even fetched."""
        event = heard.spoken.event
        attached = read_attached(event.files) if event is not None and heard.at is At.MESSAGE else ()
        if not attached:
            return heard
        files = await self._files.fetch(heard.spoken.where, attached) if heard.is_alone else unfetched(attached)
        return replace(heard, incoming=replace(heard.incoming, files=files))

    async def hand_over(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        """Bring the files of an answer to the person's own chat, once."""
        for file in answer.files:
            handing = heard.incoming.interaction_id, file.file_id
            if self._handed.get(handing):
                continue
            self._handed.put(handing, value=True, seconds=HANDED_KEPT_S)
            try:
                await self._hand_over(heard, file, answer, reply)
            except SendFailed as failure:
                log.warning("slack_file_not_handed_over", failure=type(failure).__name__)
                await self._answering.hint(heard, answer, cards.RESPONSE_UNDELIVERED, reply)

    async def _hand_over(self, heard: Heard, file: File, answer: Answer, reply: Reply) -> None:
        where = heard.spoken.where
        chat_id = await self._people.chat(where, heard.spoken.user_id)
        if not chat_id:
            raise Gone(0, "no_chat")
        found = await self._chat.fetch(heard.incoming, file.file_id)
        if found is None:
            return
        if not isinstance(found, OpenedFile):
            await self._answering.show(heard, found, reply)
            return
        try:
            await self._files.store(where, chat_id, found)
        except Ambiguous:
            raise
        except SendFailed as failure:
            log.warning("slack_file_not_stored", failure=type(failure).__name__)
            await self._decline(heard, file, reply)
            return
        if not heard.is_alone:
            await self._answering.hint(heard, answer, cards.SENT_DIRECTLY, reply)

    async def _decline(self, heard: Heard, file: File, reply: Reply) -> None:
        """It did not get there, and waits to be fetched."""
        own_id = f"{heard.incoming.interaction_id}|{file.file_id}"
        args = {"file": file.file_id}
        asked = replace(heard.incoming, kind=Kind.CLICK, interaction_id=own_id, command=DECLINED, args=args)
        answer = await self._chat.receive(asked)
        if answer is not None:
            await self._answering.show(replace(heard, incoming=asked), answer, reply)
