"""New leads in many channels at once, beside a program that only posts the same message as often."""

import asyncio
import time
from typing import Final

from tests.benchmarks.cases import LOOK_S, Figures, Scene, median_of
from tests.benchmarks.databases import Databases
from tests.benchmarks.processes import Running, counts, listening, read
from tests.benchmarks.sides import CHANNELS, CROWD, Person
from tests.benchmarks.wire import press

POST: Final = "chat.postMessage"
LEADS: Final = 3
"""So many at once, a message each in every channel: Slack takes no more in a second."""
DELAYS_MS: Final = (0, 100)
"""Slack itself takes about the second."""
PATIENCE_S: Final = 120.0
SENT: Final = LEADS * CHANNELS


async def announcement(scene: Scene, databases: Databases) -> dict[str, Figures]:
    """From the commands to the last message, by how long the far end takes for each."""
    told: dict[str, Figures] = {}
    poster = ("tests.benchmarks.poster", f"{scene.side.far.address}/api/{POST}", str(scene.folder))
    for delay_ms in DELAYS_MS:
        url = await databases.copy(f"announced_{delay_ms}")
        await read(f"{scene.side.far.address}/delay/{delay_ms}")
        async with listening("bot", "run", folder=scene.folder, settings=scene.environment(url)) as bot:
            # The first one also asks what the channels are.
            await _announced(scene, bot, 0)
            (scene.folder / "post.json").write_bytes((await read(f"{scene.side.far.address}/last"))[1])
            async with listening(*poster, folder=scene.folder) as bare:
                rounds = [
                    {**await _announced(scene, bot, number), **await _posted(bare)}
                    for number in range(1, scene.plan.fans + 1)
                ]
        told[f"{delay_ms} ms each"] = median_of(
            [{**one, "ours_times": one["per_second"] / one["bare_per_second"]} for one in rounds]
        )
    await read(f"{scene.side.far.address}/delay/0")
    return told


async def _announced(scene: Scene, bot: Running, number: int) -> Figures:
    """One message for each lead in each channel, and the answers to those who brought them in."""
    # What was sent in the second before counts as Slack counts it.
    await asyncio.sleep(2.0)
    people = [Person(CROWD, 1 + one) for one in range(LEADS)]
    texts = [f"lead create name=Eva title=Dach{number}x{one}" for one in range(LEADS)]
    typed = (scene.side.typed(*both, scene.side.path) for both in zip(people, _numbers(number), texts, strict=True))
    before, cpu_s, started = await _count(scene), bot.used().cpu_s, time.perf_counter()
    await press(bot.address, typed, LEADS, LEADS)
    async with asyncio.timeout(PATIENCE_S):
        # It happens in another process.
        while await _count(scene) < before + SENT:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)
    seconds = time.perf_counter() - started
    # What the last ones leave to be noted belongs to it.
    await asyncio.sleep(1.0)
    return {"per_second": SENT / seconds, "cpu_s_per_1000": (bot.used().cpu_s - cpu_s) / SENT * 1000}


def _numbers(number: int) -> list[int]:
    return [1_000_000 + number * LEADS + one for one in range(LEADS)]


async def _posted(bare: Running) -> Figures:
    told = await bare.ask(count=SENT)
    return {"bare_per_second": SENT / told["seconds"], "bare_cpu_s_per_1000": told["cpu_s"] / SENT * 1000}


async def _count(scene: Scene) -> int:
    return (await counts(scene.side.far)).get(POST, 0)
