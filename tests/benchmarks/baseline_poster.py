"""A baseline, not part of the product: posts one message repeatedly over a shared session.

`python -m tests.benchmarks.baseline_poster URL FOLDER`; an order such as `{"count": 300}` is a line of standard input.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.outbox.relay import WORKERS


async def post(session: aiohttp.ClientSession, url: str, body: bytes, count: int) -> dict[str, float]:
    """Post `count` messages, as many at once as the relay, and return the time it took."""
    headers = {"Authorization": "Bearer xoxb-of-the-baseline", "Content-Type": "application/json; charset=utf-8"}
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            async with session.post(url, data=body, headers=headers) as response:
                if not (await response.json())["ok"]:
                    raise RuntimeError("not posted")

    cpu_s, started = time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(work())
    return {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu_s}


async def main(url: str, body: bytes) -> None:
    """Run orders until standard input ends."""
    loop = asyncio.get_running_loop()
    # The parent process waits for an address.
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print_line(f"http://127.0.0.1:{runner.addresses[0][1]}")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            print_line(json.dumps(await post(session, url, body, json.loads(line)["count"])))
    await runner.cleanup()


def print_line(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 - responds on standard output


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2], "post.json").read_bytes()))
