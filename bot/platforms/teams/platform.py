"""Microsoft Teams as a chat platform: activities in, responses and messages out."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

import msgspec
from aiohttp import web

from bot.dispatch.interaction import Dispatcher, InteractionKind, Placement, Response
from bot.platforms.answer_poster import AnswerPoster
from bot.platforms.attachments import attach_files
from bot.platforms.base import Reader, Sent, Target, reader_of_locale
from bot.platforms.http_calls import RELAY_PATIENCE_S
from bot.platforms.ingress import BODY_LIMIT_S, Json, read_document, require_shallow, respond
from bot.platforms.teams.activity import CONVERSATION_UPDATE, INVOKE, SERVED, Activity, read_activity
from bot.platforms.teams.auth import TokenVerifier
from bot.platforms.teams.cards import TeamsRenderer, render_error
from bot.platforms.teams.channels import ChannelNames
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.consent import FileConsents
from bot.platforms.teams.directory import TeamsDirectory
from bot.platforms.teams.extension_requests import ANONYMOUS, ExtensionRequest, read_extension_request
from bot.platforms.teams.extension_responses import EMPTY_RESULT, ExtensionResponder
from bot.platforms.teams.files import TeamsFiles, read_attachments
from bot.platforms.teams.interactions import PLATFORM, TeamsInteraction, TeamsSurface, read_interaction
from bot.platforms.teams.reply_writer import ReplyWriter
from bot.platforms.teams.responder import Responder
from bot.platforms.teams.sender import TeamsSender
from cards import chat as cards
from cards.model import Card

NOT_SUPPORTED: Final = render_error(501, "NotSupported", "This is not supported.")


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """The bot's app id in Teams, and the base URL of its links."""

    app_id: str
    public_url: str


class TeamsPlatform:
    """Implements `bot.platforms.base.Platform`."""

    name = PLATFORM

    def __init__(  # noqa: PLR0913 - its collaborators, and two clocks
        self,
        chat: Dispatcher,
        verifier: TokenVerifier,
        connector: Connector,
        *,
        identity: BotIdentity,
        files: TeamsFiles,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        body_limit_s: float = BODY_LIMIT_S,
    ) -> None:
        self._chat = chat
        self._verifier = verifier
        self._connector = connector
        self._body_limit_s = body_limit_s
        self._public_url = identity.public_url
        self._files = files
        self._renderer = TeamsRenderer(clock)
        self._extensions = ExtensionResponder(chat, self._renderer)
        self._directory = TeamsDirectory(connector, timer=timer)
        self._channel_names = ChannelNames(connector, timer=timer)
        self._poster = AnswerPoster(chat, timer)
        self._sender = TeamsSender(connector, self._directory, self._renderer, f"28:{identity.app_id}", timer)
        self._consents = FileConsents(chat, connector, files, self._renderer, self._poster)
        self._responder = Responder(self._poster, connector, self._sender, self._consents, self._renderer)

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/messages", self._receive)]

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        """Post a card in a conversation or to a user. Teams stores no key, so it has no lookup."""
        del key
        return await self._sender.send(target, card, reader, RELAY_PATIENCE_S)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a posted card for all readers."""
        await self._sender.update(target, message_id, card, reader, RELAY_PATIENCE_S)

    async def _receive(self, request: web.Request) -> web.Response:
        return await respond(PLATFORM, partial(self._serve, request))

    async def _serve(self, request: web.Request) -> web.Response:
        document = await read_document(request, self._body_limit_s)
        await self._verifier.verify(request.headers.get("Authorization"), document)
        require_shallow(document)
        if document.get("name") == ANONYMOUS:
            return web.json_response(EMPTY_RESULT)
        activity = read_activity(document)
        if activity.type not in SERVED:
            return web.Response()
        body = await self._process(activity)
        if activity.type == INVOKE:
            response = NOT_SUPPORTED if body is None else body
            return web.Response(body=msgspec.json.encode(response), content_type="application/json")
        return web.Response()

    async def _process(self, activity: Activity) -> Json | None:
        """Process an activity; return the body of an invoke response, None for an unsupported invoke."""
        if activity.type == CONVERSATION_UPDATE:
            self._directory.forget_readers(activity.conversation_id)
        else:
            self._directory.note_sender(activity)
        if activity.type == INVOKE and (request := read_extension_request(activity, self._public_url)):
            return await self._extensions.respond(request, self._post_extension_answer)
        interaction = await read_interaction(await self._channel_names.complete(activity), self._directory)
        if interaction is None:
            return None
        match interaction.surface:
            case TeamsSurface.CARD_ACTION | TeamsSurface.EXTENSION:
                return await self._answer_click(interaction)
            case TeamsSurface.FILE_CONSENT:
                await self._consents.process(interaction, ReplyWriter(self._connector, activity))
                return {"statusCode": 200}
            case TeamsSurface.EVENT:
                await self._poster.process_membership(interaction.incoming, partial(self._responder.post, interaction))
            case TeamsSurface.MESSAGE | TeamsSurface.CARD_SUBMIT:
                await self._answer_message(interaction)
        return None

    async def _post_extension_answer(self, request: ExtensionRequest, answer: Response) -> None:
        """Post a card that was requested in a dialog, in the conversation where the dialog was opened."""
        if request.incoming is not None:
            interaction = TeamsInteraction(request.activity, TeamsSurface.EXTENSION, request.incoming)
            await self._responder.post(interaction, answer)

    async def _answer_click(self, interaction: TeamsInteraction) -> Json:
        """Return the invoke response of a click: a card in place of the clicked one, or a note at it."""
        reader = _reader_of(interaction)
        if interaction.button is None:
            user_id = interaction.activity.sender.id
            return self._renderer.response(cards.outdated_button_card(), reader, user_id, None, private=False)
        answer = await self._chat.receive(interaction.incoming)
        if answer is None:
            is_click = interaction.incoming.kind is InteractionKind.CLICK
            return self._renderer.note(cards.NOTHING_CHANGED if is_click else None, reader)
        return await self._responder.render_click_response(interaction, answer)

    async def _answer_message(self, interaction: TeamsInteraction) -> None:
        interaction = await self._attach_files(interaction)
        if interaction.is_understood:
            answer = await self._chat.receive(interaction.incoming)
        else:
            answer = Response(cards.outdated_button_card(), Placement.PRIVATE, _reader_of(interaction))
        if answer is not None:
            await self._responder.respond(interaction, answer)

    async def _attach_files(self, interaction: TeamsInteraction) -> TeamsInteraction:
        """Fetch the files of a message; none of them outside the direct chat."""
        is_message = interaction.surface is TeamsSurface.MESSAGE
        attachments = read_attachments(interaction.activity.attachments) if is_message else ()
        limit_s = self._files.fetch_limit_s
        incoming = await attach_files(interaction.incoming, attachments, self._files.fetch, limit_s)
        return replace(interaction, incoming=incoming)


def _reader_of(interaction: TeamsInteraction) -> Reader:
    """Return the reader for a text that is written without knowing the user."""
    return reader_of_locale(interaction.incoming.sender.language_hint)
