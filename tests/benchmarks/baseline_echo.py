"""A baseline, not part of the product: the echo bot of Microsoft's samples, as published, without tokens.

`python -m tests.benchmarks.baseline_echo`; it replies to the service URL of the activity.
"""

import asyncio
import importlib
import sys
from typing import Any

from aiohttp import web

# The SDK has no types.
core: Any = importlib.import_module("botbuilder.core")
integration: Any = importlib.import_module("botbuilder.integration.aiohttp")


class Config:
    """The sample's environment settings; without an app id no token is verified."""

    APP_ID = ""
    APP_PASSWORD = ""
    APP_TYPE = "MultiTenant"
    APP_TENANTID = ""


async def echo(context: Any) -> None:  # noqa: ANN401 - the SDK has no types
    """Send the text back."""
    if context.activity.type == "message":
        await context.send_activity(core.MessageFactory.text(f"Echo: {context.activity.text}"))


class Bot:
    """The bot object that the adapter calls."""

    on_turn = staticmethod(echo)


async def main() -> None:
    """Serve until standard input ends."""
    adapter = integration.CloudAdapter(integration.ConfigurationBotFrameworkAuthentication(Config()))

    async def messages(request: web.Request) -> web.Response:
        answered: web.Response = await adapter.process(request, Bot)
        return answered

    application = web.Application()
    application.add_routes([web.post("/api/messages", messages)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201 - prints its address
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
