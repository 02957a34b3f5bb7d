"""Our links in people's messages in Slack: below them stands the lead, as everybody in the channel may see it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final

import msgspec
import structlog

from bot.commands.extensions import OUTLINE, find_lead_link
from bot.dispatch.interaction import Dispatcher
from bot.platforms.base import SendFailed
from bot.platforms.ingress import Json
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.cards import Drawing
from bot.platforms.slack.interactions import linked
from bot.platforms.slack.payload import Spoken, Stamp
from bot.platforms.slack.people import People
from services.people import PlaceKind

LINK_SHARED: Final = "link_shared"
LINKS_MAX: Final = 5
"""So many links of one message become cards."""
URL_MAX_CHARS: Final = 2_048
PATIENCE_S: Final = 2.0
"""A card that comes long after the message helps nobody."""

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.links")


class _Link(msgspec.Struct, frozen=True):
    url: Annotated[str, msgspec.Meta(max_length=URL_MAX_CHARS)]


class _Shared(msgspec.Struct, frozen=True):
    """What Slack tells of a message with links; of one that is still being written it does not say where."""

    message_ts: Stamp
    links: Annotated[list[_Link], msgspec.Meta(max_length=100)]


class Links:
    """Shows the leads behind our links, where nobody from outside reads along."""

    def __init__(self, chat: Dispatcher, api: SlackApi, people: People, drawing: Drawing, public_url: str) -> None:
        self._chat = chat
        self._api = api
        self._people = people
        self._drawing = drawing
        self._public_url = public_url

    async def unfurl(self, spoken: Spoken) -> None:
        """Put a card below each link; whoever may not see the lead, or is from outside, shows a bare link."""
        leads = self._leads(spoken)
        if not leads or not await self._is_among_colleagues(spoken):
            return
        shared = msgspec.convert(spoken.raw, _Shared)
        unfurls = {url: card for url, lead_id in leads.items() if (card := await self._outlined(spoken, lead_id))}
        if not unfurls:
            return
        arguments = {"channel": spoken.channel_id, "ts": shared.message_ts, "unfurls": unfurls}
        try:
            await self._api.call("chat.unfurl", spoken.where, arguments, patience_s=PATIENCE_S)
        except SendFailed as failure:
            log.warning("slack_link_not_shown", failure=type(failure).__name__)

    def _leads(self, spoken: Spoken) -> Mapping[str, str]:
        """The leads behind the links of a message."""
        try:
            shared = msgspec.convert(spoken.raw, _Shared)
        except msgspec.ValidationError:
            return {}
        found = {one.url: find_lead_link(self._public_url, one.url) for one in shared.links}
        return dict([(url, lead_id) for url, lead_id in found.items() if lead_id][:LINKS_MAX])

    async def _is_among_colleagues(self, spoken: Spoken) -> bool:
        """Whether certainly nobody from outside reads there; where Slack does not say, somebody may."""
        if not spoken.user_id or not spoken.channel_id:
            return False
        channel = await self._people.channel(spoken.where, spoken.channel_id)
        return channel.is_known and not channel.is_shared

    async def _outlined(self, spoken: Spoken, lead_id: str) -> Json | None:
        """The lead as it may stand before everybody."""
        incoming = await linked(spoken, self._people)
        # In the person's own chat the bot answers with the lead itself.
        if incoming.conversation.kind is PlaceKind.PERSONAL or incoming.sender.is_outsider:
            return None
        answer = await self._chat.receive(replace(incoming, command=OUTLINE, args={"lead": lead_id}))
        if answer is None or not answer.choices:
            return None
        drawn = self._drawing.message(answer.choices[0], answer.reader)
        return {"blocks": drawn["blocks"], "fallback": drawn["text"]}
