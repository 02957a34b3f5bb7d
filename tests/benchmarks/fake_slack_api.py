"""Fake Web API of Slack in its own process: the methods that the bot calls, responding at once.

`python -m tests.benchmarks.fake_slack_api WORKSPACE APP` prints its address; `/delay/50` delays every method by 50 ms.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qs

from tests.benchmarks.load_generator import HttpMessage, Server, http_response

API: Final = "/api/"


@dataclass(slots=True)
class WebApi:
    """Counts calls and keeps the last posted message."""

    workspace: str
    app_id: str
    delay_s: float = 0.0
    counts: Counter[str] = field(default_factory=Counter[str])
    last: bytes = b"{}"
    _is_call: bool = False
    _stamps: Iterator[int] = field(default_factory=count)

    def respond(self, message: HttpMessage) -> bytes:
        path = message.first.split(" ")[1].partition("?")[0]
        self._is_call = path.startswith(API)
        if self._is_call:
            return http_response(
                200, json.dumps({"ok": True, **self._call_result(path.removeprefix(API), message)}).encode()
            )
        if path.startswith("/delay/"):
            self.delay_s = int(path.rpartition("/")[2]) / 1000
        if path.startswith("/counts"):
            return http_response(200, json.dumps(self.counts).encode())
        return http_response(200, self.last if path.startswith("/last") else b"{}")

    def delay(self) -> float:
        """Return the delay of the current response in seconds."""
        return self.delay_s if self._is_call else 0.0

    def _call_result(self, method: str, message: HttpMessage) -> dict[str, Any]:
        self.counts[method.partition("/")[0]] += 1
        match method:
            case "auth.test":
                return {
                    "url": "https://solarhaus.slack.com/",
                    "team": "Solarhaus",
                    "team_id": self.workspace,
                    "user": "kollega",
                    "user_id": "U0BENCHBOT",
                    "bot_id": "B0BENCH01",
                    "is_enterprise_install": False,
                }
            case "users.info":
                return {"user": self._user(_argument(message, "user"))}
            case "conversations.info":
                known = {"name": "vertrieb", "is_channel": True, "is_member": True, "is_ext_shared": False}
                return {"channel": {"id": _argument(message, "channel"), **known}}
            case "conversations.open":
                # A direct chat has the name of its user.
                return {"channel": {"id": f"D{json.loads(message.body)['users'][1:]}"}}
            case "chat.postMessage" | "chat.update" | "chat.postEphemeral":
                self.last = message.body
                return {"channel": "C0", "ts": f"1765000000.{next(self._stamps):06}"}
            case _:
                return {}

    def _user(self, user_id: str) -> dict[str, Any]:
        return {
            "id": user_id,
            "team_id": self.workspace,
            "name": user_id.lower(),
            "tz": "Europe/Berlin",
            "locale": "de-DE",
            "is_bot": False,
            "profile": {"real_name": f"Person {user_id}", "email": f"{user_id.lower()}@solarhaus.example"},
        }


def _argument(message: HttpMessage, name: str) -> str:
    """Return an argument of a call, from the form or the query string."""
    query = message.first.split(" ")[1].partition("?")[2]
    found = parse_qs(message.body.decode("utf-8", "replace")) | parse_qs(query)
    return found.get(name, [""])[0]


async def main(workspace: str, app_id: str) -> None:
    """Serve until standard input ends."""
    api = WebApi(workspace, app_id)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(api.respond, api.delay), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201 - prints its address
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
