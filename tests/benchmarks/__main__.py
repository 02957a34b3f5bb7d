"""`python -m tests.benchmarks` measures the bot on this machine beside what it is made of; `--quick` takes two minutes.

Standard output gets tables, build/bench.json all figures. The machine may be busy with other things: each ratio is
the median over rounds in which everything was measured one after the other.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.app import utc_now
from tests.benchmarks import cases, report
from tests.benchmarks.cases import Plan, Scene, Table
from tests.benchmarks.connector import ISSUER
from tests.benchmarks.databases import KINDS, Databases, prepared
from tests.benchmarks.firms import Firms
from tests.benchmarks.processes import ROOT, listening
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID

VALID_S: Final = 12 * 3600
KEY_ID: Final = "bench"
PARTS: Final = ("compare", "sizes", "fan_out", "memory", "starts")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and requests, no million of leads")
    parser.add_argument("--database", choices=KINDS, action="append", help="on this kind alone")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    given = parser.parse_args(arguments)
    plan = cases.QUICK if given.quick else cases.FULL
    with tempfile.TemporaryDirectory(prefix="kollega-bench-") as folder:
        told = asyncio.run(measure(plan, Path(folder), given.database or KINDS, given.only or PARTS))
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told, indent=1), encoding="utf-8")
    report.say(f"\nAll figures: {path}")


async def measure(plan: Plan, folder: Path, kinds: Sequence[str], parts: Sequence[str]) -> dict[str, Any]:
    """Every part on every kind of database, told as soon as it is known."""
    told: dict[str, Any] = {}
    async with _scene(plan, folder) as scene:
        told["generator"] = await cases.ceiling(scene)
        report.generator(told["generator"])
        for kind in kinds:
            async with prepared(kind, folder, scene.firms) as databases:
                told[kind] = await _measure_on(scene, databases, parts)
    return told


async def _measure_on(scene: Scene, databases: Databases, parts: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    report.say(f"\n{databases.kind}")
    if "compare" in parts:
        table = Table()
        await cases.compare(scene, databases, table)
        told["compare"] = report.compared(databases.kind, table)
    for part, measured in (
        ("sizes", cases.sizes),
        ("fan_out", cases.fan_out),
        ("memory", cases.memory),
        ("starts", cases.starts),
    ):
        if part in parts:
            told[part] = await measured(scene, databases)
            report.figures(part, told[part])
    return told


@asynccontextmanager
async def _scene(plan: Plan, folder: Path) -> AsyncGenerator[Scene]:
    """The surroundings of the bot, with its key at the key server."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    document = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": KEY_ID, "use": "sig"}
    async with listening("tests.benchmarks.connector", folder=folder, line=json.dumps(document)) as connector:
        firms = Firms(f"{connector.address}/amer/", plan.leads_per_firm)
        headers = {"Authorization": f"Bearer {_token(key, firms.service_url)}"}
        yield Scene(plan, folder, connector, firms, headers, _settings(connector.address))


def _token(key: rsa.RSAPrivateKey, service_url: str) -> str:
    now = int(utc_now().timestamp())
    claims = {"iss": ISSUER, "aud": APP_ID, "serviceurl": service_url, "nbf": now - 300, "exp": now + VALID_S}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})


def _settings(connector: str) -> dict[str, str]:
    """A deployment with Teams, as it listens to the connector beside it."""
    return {
        "KOLLEGA_PORT": "0",
        "KOLLEGA_LOG_LEVEL": "warning",
        "KOLLEGA_SECRET_KEYS": "a key of the measurements and of them alone",
        "KOLLEGA_TEAMS_APP_ID": APP_ID,
        "KOLLEGA_TEAMS_APP_PASSWORD": APP_PASSWORD,
        "KOLLEGA_TEAMS_TENANT_ID": TENANT_ID,
        "KOLLEGA_TEAMS_OPENID_URL": f"{connector}/openid",
        "KOLLEGA_TEAMS_LOGIN_URL": f"{connector}/login",
        "KOLLEGA_TEAMS_SERVICE_HOSTS": "127.0.0.1",
    }


if __name__ == "__main__":
    main()
