"""Fake `auth.test` method of Slack."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

INSTALLED_BODY = {"ok": True, "team_id": "T1", "user_id": "U0", "bot_id": "B0", "enterprise_id": None}
SCOPES = {"X-OAuth-Scopes": "chat:write,commands"}


@dataclass(slots=True)
class AuthTestApi:
    """Response of `auth.test` and the tokens with which it was called."""

    body: dict[str, Any] = field(default_factory=lambda: dict(INSTALLED_BODY))
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(SCOPES))
    tokens: list[str] = field(default_factory=list[str])

    async def respond(self, request: web.Request) -> web.Response:
        """Return the configured response."""
        self.tokens.append(request.headers["Authorization"])
        return web.json_response(self.body, status=self.status, headers=self.headers)

    def refuse(self, word: str) -> None:
        """Respond with this error code from now on."""
        self.body = {"ok": False, "error": word}
