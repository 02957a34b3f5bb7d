# pyright: basic
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false
# ruff: noqa: ARG002 - the SDK says which arguments its methods have
"""The turn of Microsoft's SDK, behind our own door and in front of our own connector.

The SDK keeps the protocol: what belongs to a turn, where a reply goes, which message it answers, how the answer of a
click travels back. Its clients and its verification of tokens are never made: they cost most of a turn.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import (
    Activity as SdkActivity,
    ActivityTypes,
    Attachment,
    ChannelAccount,
    ConversationAccount,
    ConversationReference,
    ResourceResponse,
)
from botframework.connector.auth import AuthenticateRequestResult, BotFrameworkAuthentication, ClaimsIdentity
from botframework.connector.auth.connector_factory import ConnectorFactory

from bot.platforms.ingress import Json
from bot.platforms.teams.activity import Spoken
from bot.platforms.teams.connector import Connector

MESSAGE: Final = ActivityTypes.message.value
INVOKE: Final = ActivityTypes.invoke.value


class _Drawn(dict[str, Any]):
    """A dictionary made for one turn and changed by nobody: the SDK's copies of it cost more than sending it."""

    def __deepcopy__(self, memo: object) -> "_Drawn":
        return self


class _Outgoing(SdkActivity):
    """Likewise an activity that is made to be sent once."""

    def __deepcopy__(self, memo: object) -> "_Outgoing":
        return self


class Turn:
    """One turn: say something where it was asked, change what was said, answer the click."""

    def __init__(self, context: TurnContext) -> None:
        self._context = context

    async def say(self, message: Json) -> str:
        """Post a message in this conversation, in this thread; its id. Raises SendFailed."""
        response = await self._context.send_activity(_outgoing(message))
        return response.id if response and response.id else ""

    async def change(self, message_id: str, message: Json) -> None:
        """Replace a message of this conversation. Raises SendFailed."""
        activity = _outgoing(message)
        activity.id = message_id
        await self._context.update_activity(activity)

    async def answer(self, body: Json) -> None:
        """What the client shows that asks for it."""
        response = InvokeResponse(status=200, body=_Drawn(body))
        await self._context.send_activity(_Outgoing(type=ActivityTypes.invoke_response, value=response))


class Turns(CloudAdapterBase):
    """Runs turns; what is said in them leaves through our connector."""

    def __init__(self, connector: Connector) -> None:
        self._factory = _Connections(connector)
        super().__init__(_Verified(self._factory))
        self._connector = connector

    async def run(self, spoken: Spoken, logic: Callable[[Turn], Awaitable[None]]) -> Json | None:
        """Carry out what was verified already; the body of the answer to a click, None where nobody gave one."""

        async def on_turn(context: TurnContext) -> None:
            await logic(Turn(context))

        response = await self.process_activity(_verified(self._factory), _incoming(spoken), on_turn)
        return cast("Json", response.body) if response and response.body is not None else None

    async def send_activities(self, context: TurnContext, activities: list[SdkActivity]) -> list[ResourceResponse]:
        return [await self._send(context, activity) for activity in activities]

    async def update_activity(self, context: TurnContext, activity: SdkActivity) -> ResourceResponse:
        address = activity.service_url, activity.conversation.id, activity.id
        await self._connector.update(*address, _wire(activity))
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        await self._connector.delete(reference.service_url, reference.conversation.id, reference.activity_id)

    async def _send(self, context: TurnContext, activity: SdkActivity) -> ResourceResponse:
        if activity.type == ActivityTypes.invoke_response:
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            return ResourceResponse()
        address = activity.service_url, activity.conversation.id
        if activity.reply_to_id:
            sent_id = await self._connector.reply_to(*address, activity.reply_to_id, _wire(activity))
        else:
            sent_id = await self._connector.send(*address, _wire(activity))
        return ResourceResponse(id=sent_id)


class _Connections(ConnectorFactory):
    """Hands the SDK the one connector, whatever it asks for."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def create(self, service_url: str, audience: str) -> Connector:
        return self._connector


class _Verified(BotFrameworkAuthentication):
    """Tokens are verified before a turn begins, and no client of the SDK is ever made."""

    def __init__(self, factory: ConnectorFactory) -> None:
        self._factory = factory

    async def authenticate_request(self, activity: SdkActivity, auth_header: str) -> AuthenticateRequestResult:
        raise PermissionError("verified at the door, never here")

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        raise PermissionError("no streaming")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return self._factory

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        return None


def _verified(factory: ConnectorFactory) -> AuthenticateRequestResult:
    result = AuthenticateRequestResult()
    result.claims_identity = ClaimsIdentity(claims={}, is_authenticated=True)
    result.connector_factory = factory
    return result


def _incoming(spoken: Spoken) -> SdkActivity:
    """What the SDK must know to lead a reply back: under the message, under the clicked card, under nothing."""
    activity = spoken.activity
    stands_under = {INVOKE: activity.reply_to_id, MESSAGE: activity.id}
    return SdkActivity(
        type=activity.type,
        id=stands_under.get(activity.type),
        channel_id=activity.channel_id,
        service_url=activity.service_url,
        from_property=ChannelAccount(id=spoken.sender.id, name=spoken.sender.name),
        recipient=ChannelAccount(id=spoken.bot.id, name=spoken.bot.name),
        conversation=ConversationAccount(id=spoken.conversation.id, tenant_id=spoken.tenant),
        locale=activity.locale,
        name=activity.name,
    )


def _outgoing(message: Json) -> SdkActivity:
    attachments = [
        Attachment(content_type=one["contentType"], content=_Drawn(one["content"])) for one in message["attachments"]
    ]
    return _Outgoing(type=message["type"], summary=message["summary"], attachments=attachments)


def _wire(activity: SdkActivity) -> Json:
    """The activity as it travels, without the SDK's own serialiser, which needs longer than Teams does."""
    attachments = [{"contentType": one.content_type, "content": one.content} for one in activity.attachments or ()]
    wire = {
        "type": activity.type,
        "summary": activity.summary,
        "attachments": attachments,
        "from": {"id": activity.from_property.id} if activity.from_property else None,
        "conversation": {"id": activity.conversation.id},
        "replyToId": activity.reply_to_id,
    }
    return {name: value for name, value in wire.items() if value is not None}
