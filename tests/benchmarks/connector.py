"""What stands around the bot, in a process of its own: connector, key server and login server, all answering at once.

`python -m tests.benchmarks.connector` reads the public key (JWK) from standard input and says where it listens.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any, Final

from tests.benchmarks.wire import Message, Server, answer

ISSUER: Final = "https://api.botframework.com"
MEMBERS: Final = json.dumps({"members": [{"id": f"29:reader-{number}"} for number in range(5)]}).encode()
EMPTY: Final = answer(200, b"{}")


@dataclass(slots=True)
class Connector:
    """Counts what was written, and remembers the last message."""

    key: dict[str, Any]
    origin: str = ""
    counts: dict[str, int] = field(default_factory=lambda: {"POST": 0, "PUT": 0, "GET": 0})
    last: bytes = b"{}"

    def respond(self, message: Message) -> bytes:
        method, path, _ = message.first.split(" ")
        if "/v3/conversations" in path:
            return self._converse(method, path, message.body)
        if path.startswith("/login"):
            return answer(200, json.dumps({"access_token": "outgoing", "expires_in": 36_000}).encode())
        if path.startswith("/openid"):
            return answer(200, json.dumps({"issuer": ISSUER, "jwks_uri": f"{self.origin}/keys"}).encode())
        if path.startswith("/keys"):
            return answer(200, json.dumps({"keys": [self.key]}).encode())
        if path.startswith("/counts"):
            return answer(200, json.dumps(self.counts).encode())
        return answer(200, self.last) if path.startswith("/last") else EMPTY

    def _converse(self, method: str, path: str, body: bytes) -> bytes:
        self.counts[method] += 1
        if method == "GET":
            return answer(200, MEMBERS if "pagedmembers" in path else b"{}")
        self.last = body
        return answer(201 if method == "POST" else 200, b'{"id": "out-%d"}' % self.counts[method])


async def main() -> None:
    """Listen until standard input ends."""
    connector = Connector(json.loads(sys.stdin.readline()))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(connector.respond), "127.0.0.1", 0)
    connector.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(connector.origin, flush=True)  # noqa: T201 - that is how it says where it listens
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
