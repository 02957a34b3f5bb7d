"""Fake Slack on loopback: Web API, response URLs and files, with planned failures."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web

from tests.fakes.bot_connector import CannedResponse, Drop, Slow
from tests.fakes.slack.model import (
    APP_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    SIGNING_SECRET,
    TEAM_ID,
    Call,
    Ephemeral,
    Hook,
    Json,
    Message,
    Refused,
    Workspace,
    list_argument,
)
from tests.fakes.slack.registry import METHODS, READS_FORMS_ONLY, required_scopes
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.state import HOOK, HOOK_USES, State
from tests.fakes.slack.validation import check_message


class FakeSlack(State, AbstractAsyncContextManager["FakeSlack"]):
    """Start with `async with`; `plan` holds the results of the next calls of the Web API.

    Without a plan, `behaviour` decides by method and channel. Response URLs and
    files count as the methods `response_url`, `upload` and `download`.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        self.plan: deque[CannedResponse | Drop | Slow] = deque()
        self.behaviour: Callable[[str, str], CannedResponse | Drop | Slow | None] = _behave_normally
        self.calls: list[Call] = []
        self.sockets = Sockets()
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """Return the value for `KOLLEGA_SLACK_API_URL`."""
        return f"{self.origin}/api/"

    def called(self, method: str) -> list[Call]:
        """Return the successful calls of a method."""
        return [call for call in self.calls if call.method == method and call.accepted]

    def sign(self, body: bytes, timestamp: int | None = None, secret: str = SIGNING_SECRET) -> dict[str, str]:
        """Return the headers of a request signed with this secret."""
        timestamp_text = str(int(self.clock().timestamp()) if timestamp is None else timestamp)
        digest = hmac.new(secret.encode(), b"v0:%s:%s" % (timestamp_text.encode(), body), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp_text, "X-Slack-Signature": f"v0={digest}"}

    def envelope(self, event: Mapping[str, Any], *, team_id: str = TEAM_ID, event_id: str = "") -> Json:
        """Return an event as Slack sends it."""
        workspace = self.workspaces[team_id]
        return {
            "token": "not-looked-at",
            "team_id": team_id,
            "enterprise_id": workspace.enterprise_id,
            "api_app_id": APP_ID,
            "event": dict(event),
            "type": "event_callback",
            "event_id": event_id or self.new_id("Ev"),
            "event_time": int(self.clock().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": workspace.enterprise_id,
                    "team_id": team_id,
                    "user_id": workspace.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._receive),
                web.get("/link/{ticket}", self.sockets.serve),
                web.post("/hooks/{hook}", self._receive),
                web.post("/upload/v1/{file}", self._receive),
                web.get("/files-pri/{file}/{name:.*}", self._receive),
            ]
        )
        return app

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        method = request.match_info.get("method") or _url_method(request)
        arguments = _arguments(request, raw)
        channel = str(arguments.get("channel") or arguments.get("channel_id") or "")
        planned = self.plan.popleft() if self.plan else self.behaviour(method, channel)
        accepted = planned is None or isinstance(planned, Slow) or planned.accepted
        if isinstance(planned, Slow):
            await asyncio.sleep(planned.seconds)
        problem, response = "", None
        if accepted:
            try:
                response = self._perform(request, method, arguments, raw)
            except Refused as refusal:
                problem = f"{refusal.word} {refusal.details or ''}".strip()
                response = _refusal(method, refusal)
        self._record(request, method, arguments, channel, accepted=accepted and not problem, problem=problem)
        if isinstance(planned, Drop):
            return _drop_connection(request)
        if isinstance(planned, CannedResponse):
            return web.Response(
                status=planned.status, headers=planned.headers, body=planned.body, content_type="application/json"
            )
        assert response is not None
        return response

    def _record(
        self, request: web.Request, method: str, arguments: Json, channel: str, *, accepted: bool, problem: str
    ) -> None:
        assert request.transport is not None
        self.calls.append(
            Call(
                method,
                arguments,
                _token(request, arguments),
                channel,
                request.transport.get_extra_info("peername"),
                self.clock(),
                accepted,
                problem,
            )
        )

    def _perform(self, request: web.Request, method: str, arguments: Json, raw: bytes) -> web.Response:
        match method:
            case "response_url":
                self.apply_hook_response(self.hooks.get(request.match_info["hook"]), arguments)
                return web.Response(text="ok")
            case "upload":
                return self._take_upload(request.match_info["file"], raw)
            case "download":
                return self._download(request)
            case "apps.connections.open":
                return web.json_response(self.sockets.give_address(_token(request, arguments), self.origin))
            case "oauth.v2.access":
                return web.json_response({"ok": True, **self._exchange_code(request, arguments)})
            case _:
                return self._call(request, method, arguments)

    def _call(self, request: web.Request, method: str, arguments: Json) -> web.Response:
        workspace = self._authorise(_token(request, arguments))
        known = METHODS.get(method)
        if known is None:
            raise Refused("unknown_method", req_method=method)
        needs = required_scopes(self, method, arguments)
        if workspace.scopes is not None and needs and not workspace.scopes & set(needs):
            raise Refused("missing_scope", needed=needs[0])
        if method in READS_FORMS_ONLY and request.content_type == "application/json":
            raise Refused("invalid_arguments", why="this method reads forms only")
        headers = {"X-OAuth-Scopes": ",".join(sorted(workspace.scopes or ()))}
        return web.json_response({"ok": True, **known(self, workspace, arguments)}, headers=headers)

    def _authorise(self, token: str) -> Workspace:
        if not token:
            raise Refused("not_authed")
        if token in self.revoked:
            raise Refused("token_revoked")
        if token not in self.tokens:
            raise Refused("invalid_auth")
        return self.tokens[token]

    def _exchange_code(self, request: web.Request, arguments: Json) -> Json:
        if _credentials(request, arguments) != (CLIENT_ID, CLIENT_SECRET):
            raise Refused("bad_client_secret")
        issued = self.codes.pop(str(arguments.get("code")), None)
        if issued is None:
            raise Refused("invalid_code")
        if issued["redirect_uri"] and issued["redirect_uri"] != arguments.get("redirect_uri"):
            raise Refused("bad_redirect_uri")
        workspace = self.workspaces[issued["team"]]
        self.tokens[workspace.token] = workspace
        self.revoked.discard(workspace.token)
        workspace.is_org_wide = issued["org_wide"]
        enterprise = {"id": workspace.enterprise_id, "name": workspace.name} if workspace.enterprise_id else None
        team = None if issued["org_wide"] else {"id": workspace.team_id, "name": workspace.name}
        return {
            "app_id": APP_ID,
            "authed_user": {"id": issued["user"]},
            "scope": issued["scope"],
            "token_type": "bot",
            "access_token": workspace.token,
            "bot_user_id": workspace.bot_user_id,
            "team": team,
            "enterprise": enterprise,
            "is_enterprise_install": issued["org_wide"],
        }

    def apply_hook_response(self, hook: Hook | None, message: Json) -> None:
        """Apply a message sent to a response_url or returned to a command."""
        if hook is None or self.clock() - hook.created_at > HOOK:
            raise Refused("expired_url")
        if hook.uses >= HOOK_USES:
            raise Refused("used_url")
        if not message.get("delete_original"):
            check_message(message)
        hook.uses += 1
        hook.responses.append(message)
        self._apply(hook, message)

    def _apply(self, hook: Hook, message: Json) -> None:
        if message.get("replace_original") or message.get("delete_original"):
            self._change_original(hook, message)
        elif message.get("response_type") == "in_channel":
            made = Message(
                hook.channel_id,
                self.new_ts(),
                self.workspaces[self.channels[hook.channel_id].team_id].bot_user_id,
                message.get("text") or "",
                list_argument(message.get("blocks")),
                message.get("thread_ts") or "",
                sent=message,
            )
            self.messages[hook.channel_id, made.ts] = made
        else:
            words = message.get("text") or "", list_argument(message.get("blocks")), message.get("thread_ts") or ""
            self.ephemerals.append(Ephemeral(hook.channel_id, hook.user_id, self.new_ts(), *words))

    def _change_original(self, hook: Hook, message: Json) -> None:
        whispered = next((ephemeral for ephemeral in self.ephemerals if ephemeral.ts == hook.message_ts), None)
        shared = self.messages.get((hook.channel_id, hook.message_ts))
        original = whispered or shared
        if original is None:
            raise Refused("message_not_found")
        if message.get("delete_original"):
            if whispered is not None:
                whispered.is_deleted = True
            else:
                del self.messages[hook.channel_id, hook.message_ts]
            return
        original.text, original.blocks = message.get("text") or "", list_argument(message.get("blocks"))

    def _take_upload(self, file_id: str, raw: bytes) -> web.Response:
        file = self.files.get(file_id)
        if file is None or file.is_complete:
            return web.Response(status=404, text="not found")
        file.content = raw
        return web.Response(text=f"OK - {len(raw)}")

    def _download(self, request: web.Request) -> web.Response:
        """Return a file for a valid token, otherwise a sign-in page as Slack does."""
        file = self.files.get(request.match_info["file"])
        if _token(request, {}) not in self.tokens:
            return web.Response(text="<!DOCTYPE html><html>Sign in</html>", content_type="text/html")
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.mimetype)


def _behave_normally(_: str, __: str) -> None:
    return None


def _url_method(request: web.Request) -> str:
    return {"hooks": "response_url", "upload": "upload", "files-pri": "download"}[request.path.split("/")[1]]


def _arguments(request: web.Request, raw: bytes) -> Json:
    if request.path.startswith("/upload"):
        return {}
    if request.content_type == "application/json":
        return json.loads(raw) if raw else {}
    return {**_form(raw), **dict(request.query)}


def _form(raw: bytes) -> Json:
    found: Json = dict(parse_qsl(raw.decode(), keep_blank_values=True))
    for name, value in found.items():
        if value[:1] in {"{", "["}:
            found[name] = json.loads(value)
    return found


def _token(request: web.Request, arguments: Mapping[str, Any]) -> str:
    given = request.headers.get("Authorization", "")
    return given.removeprefix("Bearer ") if given.startswith("Bearer ") else str(arguments.get("token") or "")


def _credentials(request: web.Request, arguments: Json) -> tuple[str, str]:
    given = request.headers.get("Authorization", "")
    if not given.startswith("Basic "):
        return str(arguments.get("client_id")), str(arguments.get("client_secret"))
    name, _, secret = base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")
    return name, secret


def _refusal(method: str, refusal: Refused) -> web.Response:
    if method == "response_url":
        return web.Response(status=404, text=refusal.word)
    return web.json_response({"ok": False, "error": refusal.word, **refusal.details})


def _drop_connection(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
