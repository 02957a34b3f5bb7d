# pyright: basic
"""The turn of Slack's own framework, behind our own door and in front of our own client.

The framework keeps the protocol: what kind of listener a request belongs to, on whose behalf it is answered, how an
answer travels back. It gets what our door has read of a request, never the request; its verification, its clients and
its searches for tokens are never used.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.ingress import Json
from bot.platforms.slack.ingress import Said
from bot.platforms.slack.payload import Sort, Spoken
from bot.platforms.slack.tokens import Grant

ANY: Final = re.compile("")
_MODE: Final = "socket_mode"
"""The framework's word for a request that has been read already."""


@dataclass(slots=True)
class _Turn:
    """What one request is about, and what became of it."""

    logic: Callable[[], Awaitable[Json]]
    grant: Grant | None
    failure: Exception | None = None


class Turns:
    """Runs turns: one listener for each kind of what Slack sends, and behind all of them the bot's own registry."""

    def __init__(self, session: ClientSession) -> None:
        self._app = AsyncApp(
            logger=_silent(),
            name="kollega",
            process_before_response=True,
            client=AsyncWebClient(session=session, retry_handlers=[]),
            authorize=_Granted(),
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        for register in (self._app.event, self._app.command, self._app.action, self._app.shortcut, self._app.view):
            register(ANY)(_listen)

    async def run(self, spoken: Spoken, grant: Grant | None, logic: Callable[[], Awaitable[Json]]) -> Said:
        """Carry out what was verified already. Raises whatever `logic` raises."""
        turn = _Turn(logic, grant)
        request = AsyncBoltRequest(body=_body(spoken), context={"turn": turn}, mode=_MODE)
        response = await self._app.async_dispatch(request)
        if turn.failure is not None:
            raise turn.failure
        return Said(response.status, response.body.encode())


async def _listen(context: AsyncBoltContext, ack: AsyncAck) -> None:
    turn: _Turn = context["turn"]
    body: Json = {}
    try:
        body = await turn.logic()
    except Exception as failure:  # noqa: BLE001 - raised again outside, where it is answered
        turn.failure = failure
    await (ack(body) if body else ack())


class _Granted(AsyncAuthorize):
    """Whose token it is has been asked before the turn."""

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult:
        del actor_enterprise_id, actor_team_id, actor_user_id
        ids = {"enterprise_id": enterprise_id, "team_id": team_id, "user_id": user_id}
        grant: Grant | None = context["turn"].grant
        if grant is None:
            return AuthorizeResult(**ids)
        own = {"bot_token": grant.token, "bot_id": grant.bot_id, "bot_user_id": grant.bot_user_id}
        return AuthorizeResult(**ids, **own)


def _body(spoken: Spoken) -> Json:
    """What the framework must know to find the listener and the installation."""
    base = {"team": {"id": spoken.where.workspace_id}, "user": {"id": spoken.user_id}}
    match spoken.sort:
        case Sort.EVENT:
            event = {"type": spoken.event.type if spoken.event else ""}
            return {"type": "event_callback", "team_id": spoken.where.workspace_id, "event": event}
        case Sort.COMMAND:
            return {"command": spoken.payload.command, "team_id": spoken.where.workspace_id}
        case Sort.CLICK:
            pressed = {"type": "button", "action_id": "any", "block_id": "any"}
            return {**base, "type": "block_actions", "actions": [pressed]}
        case Sort.SHORTCUT:
            return {**base, "type": spoken.payload.type, "callback_id": spoken.payload.callback_id or ""}
        case Sort.SUBMISSION:
            return {**base, "type": "view_submission", "view": {"type": "modal", "callback_id": "any"}}


def _silent() -> logging.Logger:
    """The framework logs whole requests, with what people wrote in them; what matters of them we log ourselves."""
    logger = logging.getLogger("kollega.slack_bolt")
    logger.setLevel(logging.CRITICAL)
    logger.propagate = False
    return logger
