"""A baseline, not part of the product: a Bolt app that verifies each request and acknowledges it.

`python -m tests.benchmarks.baseline_bolt SECRET URL`; the URL is that of the Web API.
"""

import asyncio
import importlib
import sys
from typing import Any

from aiohttp import web

# The framework's types do not pass the strict rules.
bolt: Any = importlib.import_module("slack_bolt.async_app")
sdk: Any = importlib.import_module("slack_sdk.web.async_client")


async def acknowledge(ack: Any) -> None:  # noqa: ANN401 - type of the framework
    """Acknowledge the request without a message."""
    await ack()


async def main(secret: str, url: str) -> None:
    """Serve until standard input ends."""
    client = sdk.AsyncWebClient(token="xoxb-of-the-baseline", base_url=url)
    app = bolt.AsyncApp(client=client, signing_secret=secret, process_before_response=True)
    app.command("/kollega")(acknowledge)
    app.action("lead.pick#1")(acknowledge)
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201 - prints its address
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
