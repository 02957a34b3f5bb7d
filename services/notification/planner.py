"""Planner of deliveries for notices: which conversations, which posts, and which are suppressed at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.conversation.model import Conversation
from services.delivery import Delivery, DeliveryKind, DeliveryState, PostedCard
from services.notices import CardCopies, ChannelCards, DirectChat, MailRecipient, Notice, SingleChannel, TeamChannels
from services.people import TeamId
from services.unit_of_work import UnitOfWork

MAIL_PLATFORM = "mail"
"""Platform name of mails."""
FALLBACK_PARAM = "otherwise"
"""Parameter of a mail that names the user who gets its card when it cannot be sent."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Planner for the notices of one event, in one transaction."""

    uow: UnitOfWork
    event_id: str
    has_mail: bool
    """Whether a mail server is configured."""

    async def plan(self, notices: Sequence[Notice]) -> int:
        """Queue the deliveries of the notices. Returns their number."""
        planned = 0
        for notice in notices:
            deliveries = await self._deliveries(notice)
            # One after the other: a notice must see what the earlier ones have queued.
            await self.uow.deliveries.add(deliveries, self.uow.now)
            planned += len(deliveries)
        return planned

    async def _deliveries(self, notice: Notice) -> list[Delivery]:
        match notice.audience:
            case CardCopies():
                # Sorted, so that concurrent planners of the same cards lock them in the same order.
                copies = await self.uow.deliveries.list_posts_of(notice.key)
                return [self._update(post) for post in sorted(copies, key=lambda copy: copy.post_id)]
            case ChannelCards(platform, tenant, conversation_id, limit):
                there = await self.uow.deliveries.list_posts_in_channel(
                    notice.team_id, (platform, tenant, conversation_id), limit
                )
                return [self._update(post) for post in sorted(there, key=lambda item: item.post_id)]
            case TeamChannels():
                return await self._into_channels(notice)
            case SingleChannel():
                return [await self._into_channel(notice, notice.audience)]
            case DirectChat():
                return [await self._to_person(notice, notice.audience.user_id)]
            case MailRecipient():
                return [await self._by_mail(notice, notice.audience.fallback_user_id)]

    def _update(self, post: PostedCard) -> Delivery:
        return Delivery(
            team_id=post.team_id,
            delivery_id=self.uow.new_id(),
            event_id=self.event_id,
            kind=DeliveryKind.UPDATE,
            view=post.view,
            key=post.key,
            platform=post.platform,
            tenant=post.tenant,
            conversation_id=post.conversation_id,
            user_id=post.user_id or "",
            post_id=post.post_id,
            params=post.params,
        )

    def _new(
        self, notice: Notice, kind: DeliveryKind, platform: str, tenant: str = "", conversation_id: str = ""
    ) -> Delivery:
        return Delivery(
            team_id=notice.team_id,
            delivery_id=self.uow.new_id(),
            event_id=self.event_id,
            kind=kind,
            view=notice.view,
            key=notice.key,
            platform=platform,
            tenant=tenant,
            conversation_id=conversation_id,
            post_id=self.uow.new_id() if kind is DeliveryKind.POST else None,
            params=notice.params,
        )

    async def _into_channels(self, notice: Notice) -> list[Delivery]:
        posts = [post for post in await self.uow.deliveries.list_posts_of(notice.key) if post.view == notice.view]
        planned: list[Delivery] = []
        for channel in await self.uow.conversations.list_connected(notice.team_id):
            there = [post for post in posts if post.team_id == notice.team_id and _is_in(post, channel)]
            planned += [self._update(post) for post in there] or await self._unless_awaited(notice, channel)
        return planned

    async def _unless_awaited(self, notice: Notice, channel: Conversation) -> list[Delivery]:
        """Return a new post, unless a pending one exists: that one renders the present state when it is sent."""
        place = (channel.platform, channel.tenant, channel.conversation_id)
        if await self.uow.deliveries.has_pending_post(notice.team_id, notice.view, notice.key, *place):
            return []
        return [self._new(notice, DeliveryKind.POST, *place)]

    async def _into_channel(self, notice: Notice, to: SingleChannel) -> Delivery:
        planned = self._new(notice, DeliveryKind.POST, to.platform, to.tenant, to.conversation_id)
        found = await self.uow.conversations.get(to.platform, to.tenant, to.conversation_id)
        if found is None or not found.installed or found.team_id != notice.team_id:
            return _suppressed(planned, "not connected")
        return planned

    async def _to_person(self, notice: Notice, user_id: str) -> Delivery:
        """Choose the direct chat used last; a mail where the user has no chat identity."""
        identities = await self.uow.users.list_identities(user_id)
        if not identities:
            return await self._to_address(notice, user_id)
        best = next((identity for identity in identities if identity.direct_conversation_id), identities[0])
        planned = self._new(notice, DeliveryKind.POST, best.platform, best.tenant, best.direct_conversation_id)
        return replace(planned, user_id=user_id)

    async def _to_address(self, notice: Notice, user_id: str) -> Delivery:
        planned = replace(
            self._new(notice, DeliveryKind.MAIL, MAIL_PLATFORM, conversation_id=notice.key), user_id=user_id
        )
        member = await self.uow.members.get(notice.team_id, user_id)
        if member is None or not member.email:
            return _suppressed(planned, "neither chat identity nor address")
        return planned if self.has_mail else _suppressed(planned, "no mail server")

    async def _by_mail(self, notice: Notice, otherwise: str) -> Delivery:
        if not self.has_mail and otherwise:
            return await self._to_person(notice, otherwise)
        planned = self._new(notice, DeliveryKind.MAIL, MAIL_PLATFORM, conversation_id=notice.key)
        if otherwise:
            planned = replace(planned, params={**notice.params, FALLBACK_PARAM: otherwise})
        return planned if self.has_mail else _suppressed(planned, "no mail server")


async def send_fallback(uow: UnitOfWork, failed: Delivery) -> None:
    """Send the card of an undeliverable mail to its fallback user."""
    otherwise = failed.params.get(FALLBACK_PARAM, "")
    if otherwise:
        params = {name: value for name, value in failed.params.items() if name != FALLBACK_PARAM}
        notice = Notice(DirectChat(otherwise), failed.key, failed.view, TeamId(failed.team_id), params)
        await Planner(uow, failed.event_id, has_mail=False).plan((notice,))


def _is_in(post: PostedCard, channel: Conversation) -> bool:
    place = (post.platform, post.tenant, post.conversation_id)
    return post.user_id is None and place == (channel.platform, channel.tenant, channel.conversation_id)


def _suppressed(delivery: Delivery, reason: str) -> Delivery:
    return replace(delivery, state=DeliveryState.SUPPRESSED, reason=reason)
