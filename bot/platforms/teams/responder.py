"""Where an answer appears in Teams: in the invoke response, as a message, or in the user's direct chat."""

from typing import Final

import structlog

from bot.dispatch.interaction import InteractionKind, Placement, Response
from bot.platforms.answer_poster import AnswerPoster, log_not_sent
from bot.platforms.base import Gone, Rejected, SendFailed, Sent, Target
from bot.platforms.ingress import Json
from bot.platforms.teams.cards import TeamsRenderer
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.consent import FileConsents
from bot.platforms.teams.interactions import TeamsInteraction, TeamsSurface, build_user_reference
from bot.platforms.teams.reply_writer import ReplyWriter
from bot.platforms.teams.sender import TeamsSender
from cards import chat as cards
from cards.model import T

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams")


class Responder:
    """Delivers answers to the users who asked."""

    def __init__(
        self,
        poster: AnswerPoster,
        connector: Connector,
        sender: TeamsSender,
        consents: FileConsents,
        renderer: TeamsRenderer,
    ) -> None:
        self._poster = poster
        self._connector = connector
        self._sender = sender
        self._consents = consents
        self._renderer = renderer

    async def render_click_response(self, interaction: TeamsInteraction, answer: Response) -> Json:
        """Return the invoke response of a click, after the messages that belong to the answer were sent."""
        if answer.files and (note := await self._deliver_files(interaction, answer)):
            return self._renderer.note(note, answer.reader)
        if answer.placement is Placement.NEW and interaction.incoming.kind is InteractionKind.CLICK:
            return self._renderer.note(await self._post_below(interaction, answer), answer.reader)
        user_id, back = interaction.activity.sender.id, interaction.button.back if interaction.button else None
        is_private = answer.placement is Placement.PRIVATE
        return self._renderer.response(answer.card, answer.reader, user_id, back, private=is_private)

    async def respond(self, interaction: TeamsInteraction, answer: Response) -> None:
        """Answer a message or a submitted click with a message; a failure is logged, no client waits for it."""
        try:
            await self._deliver(interaction, answer)
            await self._ask_about_files(interaction, answer)
        except SendFailed as failure:
            log_not_sent(interaction.incoming, failure)

    async def post(self, interaction: TeamsInteraction, answer: Response) -> None:
        """Post an answer for all members of the conversation, once, and record it with its subject."""
        where, activity = interaction.incoming.conversation, interaction.activity
        address = activity.service_url, where.conversation_id, where.reference
        reader_ids = await self._sender.find_reader_ids(answer.card, *address)
        # The asking user first: Teams honours 60 user ids, and a channel may have more members.
        ordered = list(dict.fromkeys([activity.sender.id, *reader_ids])) if reader_ids else []
        message = self._renderer.message(answer.card, answer.reader, ordered)
        is_thread = activity.conversation.id != where.conversation_id
        thread = {"thread": activity.conversation.id} if is_thread else {}

        async def send() -> Sent:
            message_id = await ReplyWriter(self._connector, activity).post(message)
            return Sent(where.conversation_id, message_id, {**where.reference, **thread})

        await self._poster.post(interaction.incoming, answer, send)

    async def _post_below(self, interaction: TeamsInteraction, answer: Response) -> T:
        """Post an answer; return the note for the clicked card."""
        try:
            await self.post(interaction, answer)
        except SendFailed as failure:
            log_not_sent(interaction.incoming, failure)
            return cards.RESPONSE_UNDELIVERED
        return cards.RESPONSE_BELOW

    async def _deliver_files(self, interaction: TeamsInteraction, answer: Response) -> T | None:
        """Ask about the files of a click's answer in the direct chat; return the note for the clicked card."""
        try:
            if not interaction.is_direct:
                await self._send_directly_once(interaction, answer)
            elif answer.placement is Placement.NEW:
                await self.post(interaction, answer)
            await self._ask_about_files(interaction, answer)
        except SendFailed as failure:
            log_not_sent(interaction.incoming, failure)
            return cards.RESPONSE_UNDELIVERED
        if not interaction.is_direct:
            return cards.SENT_DIRECTLY
        return cards.RESPONSE_BELOW if answer.placement is Placement.NEW else None

    async def _ask_about_files(self, interaction: TeamsInteraction, answer: Response) -> None:
        """Ask for consent to store the files of an answer, in the direct chat and once."""
        incoming = interaction.incoming
        if not answer.files or not self._poster.claim(f"{incoming.interaction_id}|files"):
            return
        chat_id = incoming.conversation.conversation_id
        if not interaction.is_direct:
            chat_id = await self._sender.open_chat(_build_user_target(interaction))
        await self._consents.ask(interaction.activity.service_url, chat_id, answer.files, answer.reader)

    async def _deliver(self, interaction: TeamsInteraction, answer: Response) -> None:
        """Send an answer where it belongs.

        A private answer from a shared conversation goes to the direct chat. Teams has targeted messages (preview),
        but a client that ignores `isTargeted` shows them to every member; the Agents Playground 0.2.28 does.
        """
        incoming = interaction.incoming
        if answer.placement is Placement.NEW and (interaction.is_direct or not answer.files):
            await self.post(interaction, answer)
            return
        if not interaction.is_direct:
            await self._send_directly_once(interaction, answer)
            return
        message = self._renderer.message(answer.card, answer.reader, [interaction.activity.sender.id])
        writer = ReplyWriter(self._connector, interaction.activity)
        is_submit = interaction.surface is TeamsSurface.CARD_SUBMIT
        if answer.placement is Placement.REPLACE and is_submit and incoming.message_id:
            await writer.update(incoming.message_id, message)
        else:
            await self._poster.run_once(incoming.interaction_id, lambda: writer.post(message))

    async def _send_directly_once(self, interaction: TeamsInteraction, answer: Response) -> None:
        key = interaction.incoming.interaction_id
        await self._poster.run_once(key, lambda: self._send_directly(interaction, answer))

    async def _send_directly(self, interaction: TeamsInteraction, answer: Response) -> str:
        """Send an answer to the user's direct chat; say so in the conversation where the chat cannot be opened."""
        try:
            sent = await self._sender.send(_build_user_target(interaction), answer.card, answer.reader)
        except (Gone, Rejected) as failure:
            _log.info("user_not_reachable", failure=type(failure).__name__)
            unreachable = self._renderer.message(cards.unreachable_card(), answer.reader, [])
            return await ReplyWriter(self._connector, interaction.activity).post(unreachable)
        return sent.message_id


def _build_user_target(interaction: TeamsInteraction) -> Target:
    activity = interaction.activity
    return Target(activity.tenant, user_id=activity.user_id, reference=build_user_reference(activity))
