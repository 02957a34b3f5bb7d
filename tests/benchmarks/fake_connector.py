"""Fake connector, key server and login server in one process, all responding at once.

`python -m tests.benchmarks.fake_connector` reads the public key (JWK) from standard input and prints its address.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any, Final

from tests.benchmarks.load_generator import HttpMessage, Server, http_response

ISSUER: Final = "https://api.botframework.com"
MEMBERS: Final = json.dumps({"members": [{"id": f"29:reader-{number}"} for number in range(5)]}).encode()
EMPTY: Final = http_response(200, b"{}")


@dataclass(slots=True)
class Connector:
    """Counts requests and keeps the last message."""

    key: dict[str, Any]
    origin: str = ""
    counts: dict[str, int] = field(default_factory=lambda: {"POST": 0, "PUT": 0, "GET": 0})
    last: bytes = b"{}"

    def respond(self, message: HttpMessage) -> bytes:
        method, path, _ = message.first.split(" ")
        if "/v3/conversations" in path:
            return self._conversation_call(method, path, message.body)
        if path.startswith("/login"):
            return http_response(200, json.dumps({"access_token": "outgoing", "expires_in": 36_000}).encode())
        if path.startswith("/openid"):
            return http_response(200, json.dumps({"issuer": ISSUER, "jwks_uri": f"{self.origin}/keys"}).encode())
        if path.startswith("/keys"):
            return http_response(200, json.dumps({"keys": [self.key]}).encode())
        if path.startswith("/counts"):
            return http_response(200, json.dumps(self.counts).encode())
        return http_response(200, self.last) if path.startswith("/last") else EMPTY

    def _conversation_call(self, method: str, path: str, body: bytes) -> bytes:
        self.counts[method] += 1
        if method == "GET":
            return http_response(200, MEMBERS if "pagedmembers" in path else b"{}")
        self.last = body
        return http_response(201 if method == "POST" else 200, b'{"id": "out-%d"}' % self.counts[method])


async def main() -> None:
    """Serve until standard input ends."""
    connector = Connector(json.loads(sys.stdin.readline()))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(connector.respond), "127.0.0.1", 0)
    connector.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(connector.origin, flush=True)  # noqa: T201 - prints its address
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
