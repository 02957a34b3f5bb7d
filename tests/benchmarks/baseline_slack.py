"""A baseline, not part of the product: an aiohttp handler that checks Slack's signature, parses the form and responds.

`python -m tests.benchmarks.baseline_slack SECRET FOLDER`; the folder holds the product's response to a command.
"""

import asyncio
import hmac
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web


async def main(secret: str, card: Any) -> None:  # noqa: ANN401 - any JSON
    """Serve until standard input ends."""

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        signed = b"v0:%s:%s" % (request.headers["X-Slack-Request-Timestamp"].encode(), body)
        due = "v0=" + hmac.new(secret.encode(), signed, sha256).hexdigest()
        if not hmac.compare_digest(due, request.headers["X-Slack-Signature"]):
            return web.Response(status=401)
        fields = parse_qs(body.decode())
        if "payload" in fields:
            json.loads(fields["payload"][0])
            return web.Response()
        return web.json_response(card)

    application = web.Application()
    application.add_routes([web.post("/slack/events", receive)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201 - prints its address
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(Path(sys.argv[2], "answer.json").read_bytes())))
