"""Unfurling of lead links in Slack: the card that every member of the channel may see."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final

import msgspec
import structlog

from bot.commands.extensions import OUTLINE, find_lead_link
from bot.dispatch.interaction import Dispatcher, InteractionKind
from bot.platforms.base import SendFailed
from bot.platforms.ingress import Json
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.cards import SlackRenderer
from bot.platforms.slack.directory import SlackDirectory
from bot.platforms.slack.interactions import build_incoming
from bot.platforms.slack.payload import SlackRequest, Stamp
from services.people import PlaceKind

LINK_SHARED: Final = "link_shared"
LINKS_MAX: Final = 5
"""Links of one message that become cards; each costs a dispatch."""
URL_MAX_CHARS: Final = 2_048
PATIENCE_S: Final = 2.0
"""Unfurls that arrive later than this are dropped; the link itself still works."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.links")


class _Link(msgspec.Struct, frozen=True):
    url: Annotated[str, msgspec.Meta(max_length=URL_MAX_CHARS)]


class _LinkShared(msgspec.Struct, frozen=True):
    """The event `link_shared`; for a link in the message composer it names no channel."""

    message_ts: Stamp
    links: Annotated[list[_Link], msgspec.Meta(max_length=100)]


class LinkUnfurler:
    """Unfurls links to leads in channels without external users."""

    def __init__(
        self, chat: Dispatcher, api: SlackApi, directory: SlackDirectory, renderer: SlackRenderer, public_url: str
    ) -> None:
        self._chat = chat
        self._api = api
        self._directory = directory
        self._renderer = renderer
        self._public_url = public_url

    async def unfurl(self, request: SlackRequest) -> None:
        """Unfurl each link that the sender may see; the others stay bare links."""
        leads = self._find_leads(request)
        if not leads or not await self._is_internal(request):
            return
        shared = msgspec.convert(request.raw_event, _LinkShared)
        unfurls = {
            url: card for url, lead_id in leads.items() if (card := await self._render_outline(request, lead_id))
        }
        if not unfurls:
            return
        arguments = {"channel": request.channel_id, "ts": shared.message_ts, "unfurls": unfurls}
        try:
            await self._api.call("chat.unfurl", request.workspace, arguments, patience_s=PATIENCE_S)
        except SendFailed as failure:
            _log.warning("link_not_unfurled", failure=type(failure).__name__)

    def _find_leads(self, request: SlackRequest) -> Mapping[str, str]:
        """Return the lead id of each link in a message."""
        try:
            shared = msgspec.convert(request.raw_event, _LinkShared)
        except msgspec.ValidationError:
            return {}
        found = {link.url: find_lead_link(self._public_url, link.url) for link in shared.links}
        return dict([(url, lead_id) for url, lead_id in found.items() if lead_id][:LINKS_MAX])

    async def _is_internal(self, request: SlackRequest) -> bool:
        """Return whether a channel certainly has no external users; an unknown channel may have some."""
        if not request.user_id or not request.channel_id:
            return False
        channel = await self._directory.channel(request.workspace, request.channel_id)
        return channel.is_known and not channel.is_shared

    async def _render_outline(self, request: SlackRequest, lead_id: str) -> Json | None:
        """Render a lead without its contact details, for every member of the channel."""
        incoming = await build_incoming(request, self._directory, InteractionKind.DIALOG)
        # In the direct chat the dispatch would answer with the full lead.
        if incoming.conversation.kind is PlaceKind.PERSONAL or incoming.sender.is_external:
            return None
        answer = await self._chat.receive(replace(incoming, command=OUTLINE, args={"lead": lead_id}))
        if answer is None or not answer.choices:
            return None
        rendered = self._renderer.message(answer.choices[0], answer.reader)
        return {"blocks": rendered["blocks"], "fallback": rendered["text"]}
