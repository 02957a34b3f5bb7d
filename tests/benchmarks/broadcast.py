"""New leads posted to many channels at once, compared with a program that only posts the same messages."""

import asyncio
import time
from typing import Final

from tests.benchmarks.cases import POLL_S, BenchmarkContext, Figures, median_of
from tests.benchmarks.databases import Databases
from tests.benchmarks.load_generator import send_requests
from tests.benchmarks.platforms import BROADCAST_TEAM, CHANNELS, Person
from tests.benchmarks.processes import RunningProcess, http_get, request_counts, running_process

POST: Final = "chat.postMessage"
LEADS: Final = 3
"""Leads created at once, each with a message in every channel; Slack's rate limit allows no more in a second."""
DELAYS_MS: Final = (0, 100)
"""Response times of the fake Web API; Slack's own is about the second."""
TIMEOUT_S: Final = 120.0
SENT: Final = LEADS * CHANNELS


async def broadcast(context: BenchmarkContext, databases: Databases) -> dict[str, Figures]:
    """Measure the time from the commands to the last message, by response time of the Web API."""
    results: dict[str, Figures] = {}
    poster = (
        "tests.benchmarks.baseline_poster",
        f"{context.platform.fake_server.address}/api/{POST}",
        str(context.folder),
    )
    for delay_ms in DELAYS_MS:
        url = await databases.copy(f"broadcast_{delay_ms}")
        await http_get(f"{context.platform.fake_server.address}/delay/{delay_ms}")
        async with running_process("bot", "run", folder=context.folder, settings=context.environment(url)) as bot:
            # The first one also looks up the channels.
            await _broadcast_leads(context, bot, 0)
            (context.folder / "post.json").write_bytes(
                (await http_get(f"{context.platform.fake_server.address}/last"))[1]
            )
            async with running_process(*poster, folder=context.folder) as bare:
                rounds = [
                    {**await _broadcast_leads(context, bot, number), **await _post_baseline(bare)}
                    for number in range(1, context.plan.fan_outs + 1)
                ]
        results[f"{delay_ms} ms each"] = median_of(
            [{**item, "ours_times": item["per_second"] / item["bare_per_second"]} for item in rounds]
        )
    await http_get(f"{context.platform.fake_server.address}/delay/0")
    return results


async def _broadcast_leads(context: BenchmarkContext, bot: RunningProcess, number: int) -> Figures:
    """Create leads, wait for the message of each lead in each channel, and return rate and CPU time."""
    # Messages of the second before count against the rate limit.
    await asyncio.sleep(2.0)
    persons = [Person(BROADCAST_TEAM, 1 + item) for item in range(LEADS)]
    texts = [f"lead create name=Eva title=Dach{number}x{item}" for item in range(LEADS)]
    requests = (
        context.platform.command_request(*both, context.platform.path)
        for both in zip(persons, _numbers(number), texts, strict=True)
    )
    before, cpu_s, started = await _count(context), bot.usage().cpu_s, time.perf_counter()
    await send_requests(bot.address, requests, LEADS, LEADS)
    async with asyncio.timeout(TIMEOUT_S):
        # The messages arrive in another process.
        while await _count(context) < before + SENT:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
    seconds = time.perf_counter() - started
    # The rows that the last messages leave to be written belong to the measurement.
    await asyncio.sleep(1.0)
    return {"per_second": SENT / seconds, "cpu_s_per_1000": (bot.usage().cpu_s - cpu_s) / SENT * 1000}


def _numbers(number: int) -> list[int]:
    return [1_000_000 + number * LEADS + item for item in range(LEADS)]


async def _post_baseline(bare: RunningProcess) -> Figures:
    results = await bare.ask(count=SENT)
    return {"bare_per_second": SENT / results["seconds"], "bare_cpu_s_per_1000": results["cpu_s"] / SENT * 1000}


async def _count(context: BenchmarkContext) -> int:
    return (await request_counts(context.platform.fake_server)).get(POST, 0)
