"""A baseline, not part of the product: an aiohttp handler that does only the HTTP of a command, JSON in and out.

`python -m tests.benchmarks.baseline_aiohttp URL FOLDER`; the folder holds what the product sends.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web


async def main(url: str, message: Any, card: Any) -> None:  # noqa: ANN401 - any JSON
    """Serve until standard input ends."""
    headers = {"Authorization": "Bearer outgoing"}

    async def handle_leads(request: web.Request) -> web.Response:
        activity = await request.json()
        address = f"{url}/v3/conversations/{activity['conversation']['id']}/activities/{activity['id']}"
        async with session.post(address, json=message, headers=headers) as response:
            await response.read()
        return web.Response()

    async def handle_pick(request: web.Request) -> web.Response:
        await request.json()
        return web.json_response(card)

    application = web.Application()
    application.add_routes([web.post("/leads", handle_leads), web.post("/pick", handle_pick)])
    runner = web.AppRunner(application, access_log=None)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201 - prints its address
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await runner.cleanup()


if __name__ == "__main__":
    sent = [json.loads(Path(sys.argv[2], name).read_bytes()) for name in ("message.json", "card.json")]
    asyncio.run(main(sys.argv[1], *sent))
