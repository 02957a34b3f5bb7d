"""Where an answer appears in Slack: in the HTTP response, as a message, as an ephemeral message, or in a modal."""

from collections.abc import Mapping
from typing import Any, Final

import structlog

from bot.dispatch.interaction import InteractionKind, Placement, Response
from bot.platforms.answer_poster import AnswerPoster, log_not_sent
from bot.platforms.base import Ambiguous, Gone, Rejected, SendFailed, Sent
from bot.platforms.ingress import Json
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.background import SlackReply
from bot.platforms.slack.cards import ModalOrigin, SlackRenderer, is_about, is_form, needs_modal
from bot.platforms.slack.directory import SlackDirectory
from bot.platforms.slack.interactions import SlackInteraction, SlackSurface
from cards import chat as cards
from cards.model import Card, T

MODAL_PATIENCE_S: Final = 1.0
"""Slack expires trigger_id after 3 seconds, so opening a modal is not worth a longer wait."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack")


class Responder:
    """Delivers answers to the users who asked."""

    def __init__(self, poster: AnswerPoster, api: SlackApi, directory: SlackDirectory, renderer: SlackRenderer) -> None:
        self._poster = poster
        self._api = api
        self._directory = directory
        self._renderer = renderer

    async def show(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        """Deliver an answer on the surface it belongs to; a failure is reported to the user, where possible."""
        try:
            await self._deliver(interaction, answer, reply)
        except SendFailed as failure:
            log_not_sent(interaction.incoming, failure)
            await self.hint(interaction, answer, cards.RESPONSE_UNDELIVERED, reply)

    async def hint(self, interaction: SlackInteraction, answer: Response, words: T, reply: SlackReply) -> None:
        """Show the user one line of text; a failure is logged and not retried."""
        request = interaction.request
        line = {"text": self._renderer.line(words, answer.reader), "response_type": "ephemeral"}
        if interaction.surface is SlackSurface.COMMAND and reply.send(line):
            return
        try:
            if interaction.surface is SlackSurface.SUBMISSION:
                await self._update_modal(interaction, _with_card(answer, Card(words)), reply)
            elif request.response_url:
                await self._api.respond(request.response_url, {**line, "replace_original": False})
            elif request.channel_id and not interaction.is_direct:
                await self._send_ephemeral(interaction, line)
        except SendFailed as failure:
            _log.warning("hint_not_sent", failure=type(failure).__name__)

    async def _deliver(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        match interaction.surface:
            case SlackSurface.COMMAND:
                await self._answer_command(interaction, answer, reply)
            case SlackSurface.MESSAGE:
                await self._answer_message(interaction, answer)
            case SlackSurface.SHARED_MESSAGE | SlackSurface.OWN_MESSAGE:
                await self._answer_click(interaction, answer, reply)
            case SlackSurface.MODAL | SlackSurface.SUBMISSION:
                await self._answer_in_modal(interaction, answer, reply)
            case SlackSurface.HOME | SlackSurface.SHORTCUT:
                await self._open_modal(interaction, answer, reply)
            case SlackSurface.EVENT:
                await self.post(interaction, answer)

    async def _answer_command(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        if is_form(answer.card):
            await self._open_modal(interaction, answer, reply)
        elif answer.placement is not Placement.NEW:
            await self._respond_privately(interaction, answer, reply)
        elif interaction.is_direct and answer.card.subject is None:
            await self._respond(interaction, answer, reply, "in_channel")
        else:
            await self._post_or_respond(interaction, answer, reply)

    async def _answer_message(self, interaction: SlackInteraction, answer: Response) -> None:
        if answer.placement is Placement.NEW:
            await self.post(interaction, answer)
            return
        message = self._renderer.message(answer.card, answer.reader)
        send = self._send if interaction.is_direct else self._send_ephemeral
        await self._poster.run_once(interaction.incoming.interaction_id, lambda: send(interaction, message))

    async def _answer_click(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        message, private = interaction.request.payload.message, Placement.PRIVATE
        is_private = answer.placement is private
        if answer.placement is Placement.NEW:
            await self._post_or_respond(interaction, answer, reply)
        elif is_form(answer.card) or (needs_modal(answer.card) and is_private and not interaction.is_direct):
            await self._open_modal(interaction, answer, reply)
        elif is_private:
            await self._respond_privately(interaction, answer, reply)
        elif interaction.surface is SlackSurface.OWN_MESSAGE:
            await self._replace(interaction, answer)
        elif not is_about(message, answer.card.subject):
            await self._open_modal(interaction, answer, reply)
        # else: the relay updates the clicked card for all its readers within a second.

    async def _answer_in_modal(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        if answer.placement is not Placement.NEW:
            await self._update_modal(interaction, answer, reply)
            return
        try:
            await self.post(interaction, answer)
        except Ambiguous:
            await self._update_modal(interaction, _with_card(answer, cards.unconfirmed_card(answer.card)), reply)
        except SendFailed as failure:
            _log.info("answer_shown_in_modal", failure=type(failure).__name__)
            await self._update_modal(interaction, answer, reply)
        else:
            is_submission = interaction.surface is SlackSurface.SUBMISSION
            if not is_submission or not reply.send({"response_action": "clear"}):
                await self._update_modal(interaction, _with_card(answer, Card(cards.RESPONSE_BELOW)), reply)

    async def _open_modal(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        """Open a modal; after an expired trigger, send the same card as an ephemeral message."""
        request = interaction.request
        view = self._renderer.view(answer.card, answer.reader, _find_origin(interaction))
        arguments = {"trigger_id": request.trigger_id, "view": view}
        try:
            await self._api.call("views.open", request.workspace, arguments, patience_s=MODAL_PATIENCE_S)
        except Ambiguous:
            raise
        except SendFailed as failure:
            _log.info("modal_not_opened", failure=type(failure).__name__)
            await self._respond_privately(interaction, answer, reply)

    async def _update_modal(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        request = interaction.request
        view = self._renderer.view(answer.card, answer.reader, interaction.origin)
        is_submission = interaction.surface is SlackSurface.SUBMISSION
        if is_submission and reply.send({"response_action": "update", "view": view}):
            return
        arguments = {"view_id": request.view.id if request.view else "", "view": view}
        await self._api.call("views.update", request.workspace, arguments)

    async def _respond_privately(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        """Send an ephemeral message where the user asked."""
        if interaction.request.response_url:
            await self._respond(interaction, answer, reply, "ephemeral")
        else:
            await self._send_ephemeral(interaction, self._renderer.message(answer.card, answer.reader))

    async def _send_ephemeral(self, interaction: SlackInteraction, message: Json) -> str:
        """Send an ephemeral message; in the direct chat, where the bot may not write in the channel."""
        request = interaction.request
        addressed = {**message, "channel": request.channel_id, "user": request.user_id, **_thread_of(interaction)}
        try:
            if not request.channel_id:
                return await self._send_directly(interaction, message)
            await self._api.call("chat.postEphemeral", request.workspace, addressed, channel=request.channel_id)
        except (Gone, Rejected) as failure:
            _log.info("channel_not_writable", failure=type(failure).__name__)
            return await self._send_directly(interaction, message)
        return ""

    async def _send_directly(self, interaction: SlackInteraction, message: Json) -> str:
        """Send a message in the user's direct chat; return its id."""
        request = interaction.request
        chat_id = await self._directory.direct_chat(request.workspace, request.user_id)
        if not chat_id:
            raise Gone(0, "no_chat")
        posted = {**message, "channel": chat_id}
        return _get_ts(await self._api.call("chat.postMessage", request.workspace, posted, channel=chat_id))

    async def _respond(
        self, interaction: SlackInteraction, answer: Response, reply: SlackReply, response_type: str
    ) -> None:
        """Answer a command or a click in the HTTP response, or at its response_url."""
        message = {**self._renderer.message(answer.card, answer.reader), "response_type": response_type}
        is_command = interaction.surface is SlackSurface.COMMAND
        if is_command and reply.send(message):
            return
        thread = {} if is_command else _thread_of(interaction)
        await self._api.respond(interaction.request.response_url, {**message, **thread, "replace_original": False})

    async def _replace(self, interaction: SlackInteraction, answer: Response) -> None:
        """Replace the message whose button was pressed."""
        request = interaction.request
        message = self._renderer.message(answer.card, answer.reader)
        if request.response_url:
            await self._api.respond(request.response_url, {**message, "replace_original": True})
            return
        changed = {**message, "channel": request.channel_id, "ts": request.message_id}
        await self._api.call("chat.update", request.workspace, changed, channel=request.channel_id)

    async def _post_or_respond(self, interaction: SlackInteraction, answer: Response, reply: SlackReply) -> None:
        """Post for all members; where the bot is no member, Slack shows the message through the response_url."""
        try:
            await self.post(interaction, answer)
        except Gone:
            if not interaction.request.response_url:
                raise
            await self._respond(interaction, answer, reply, "in_channel")

    async def post(self, interaction: SlackInteraction, answer: Response) -> None:
        """Post an answer for all members of the conversation, once, and record it with its subject."""
        incoming, thread = interaction.incoming, interaction.request.thread
        message = self._renderer.message(answer.card, answer.reader)

        async def send() -> Sent:
            reference = {**incoming.conversation.reference, **({"thread": thread} if thread else {})}
            return Sent(incoming.conversation.conversation_id, await self._send(interaction, message), reference)

        await self._poster.post(incoming, answer, send)

    async def _send(self, interaction: SlackInteraction, message: Json) -> str:
        channel_id = interaction.incoming.conversation.conversation_id
        posted = {**message, "channel": channel_id, **_thread_of(interaction)}
        workspace = interaction.request.workspace
        return _get_ts(await self._api.call("chat.postMessage", workspace, posted, channel=channel_id))


def _find_origin(interaction: SlackInteraction) -> ModalOrigin:
    """Return the origin to store in a modal that is opened now."""
    if interaction.surface in {SlackSurface.HOME, SlackSurface.SHORTCUT}:
        return interaction.origin
    request = interaction.request
    return ModalOrigin(request.channel_id, request.thread or None, request.message_id or None)


def _with_card(answer: Response, card: Card) -> Response:
    return Response(card, answer.placement, answer.reader)


def _thread_of(interaction: SlackInteraction) -> Json:
    return {"thread_ts": interaction.request.thread} if interaction.request.thread else {}


def _get_ts(response: Mapping[str, Any]) -> str:
    """Return the id of a posted message."""
    ts: object = response.get("ts")
    return ts if isinstance(ts, str) else ""


def is_click(interaction: SlackInteraction) -> bool:
    """Return whether the user pressed or submitted something, and expects a visible effect."""
    return interaction.incoming.kind in {InteractionKind.CLICK, InteractionKind.DIALOG}
