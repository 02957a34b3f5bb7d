"""`make playground`: Microsoft's local Teams client with a bot of its own, without an account; needs Node.js.

Configuration and data are kept in build/playground, so that the next start continues with them.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "playground"
CLIENT = "@microsoft/m365agentsplayground@0.2.28"
CLIENT_PORT = 56150
TENANT = "5a3c7e10-0000-4000-8000-000000000000"
END_S = 15

NOTICE = f"""\
This starts {CLIENT}: pre-release software of Microsoft under its own licence,
for evaluation, downloaded by npx now and no part of Kollega. By going on you accept that licence; it lies in the
package. While it runs, others in your network can reach it. Ctrl-C ends it.
"""
NO_NODE = """\
`make playground` needs Node.js 20 or later: `npx` was not found on the path. Kollega itself does not need it;
`make run` shows the same in any browser.
"""
# The first user is the signed-in one. The client requires exactly five others.
PEOPLE = ("Anna Weiß", "Ben Kaya", "Mara Lind", "Tom Berger", "Vera Sommer", "Petra Vogel")


def configuration() -> dict[str, object]:
    """Return the client's configuration; with an incomplete file it ends without a message."""
    people = [person(number, name) for number, name in enumerate(PEOPLE, 1)]
    return {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": "28:kollega", "name": "Kollega"},
        "currentUser": people[0],
        "users": people[1:],
        "personalChat": {"id": "a:personal"},
        "groupChat": {"id": "19:group@thread.v2", "name": "Messe Stuttgart"},
        "team": {
            "id": "19:solarhaus@thread.tacv2",
            "name": "Solarhaus GmbH",
            "aadGroupId": "5a3c7e10-0000-4000-8000-0000000000ff",
            # The general channel always exists, and the client accepts only one more.
            "channels": [{"id": "19:vertrieb@thread.tacv2", "name": "Vertrieb"}],
        },
    }


def person(number: int, name: str) -> dict[str, str]:
    """Return all properties of a user in Teams."""
    first, last = name.split()
    mail = f"{first.lower()}@solarhaus.example"
    return {
        "id": f"29:{first.lower()}",
        "name": name,
        "userPrincipleName": mail,
        "aadObjectId": f"5a3c7e10-0000-4000-8000-{number:012}",
        "givenName": first,
        "surname": last,
        "email": mail,
    }


def main(folder: Path = FOLDER) -> int:
    """Run the playground and return the exit status."""
    npx = shutil.which("npx")
    if npx is None:
        sys.stderr.write(NO_NODE)
        return 1
    sys.stdout.write(NOTICE)
    sys.stdout.flush()
    # SIGTERM must end the bot as well as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is a subset of YAML.
    (folder / ".m365agentsplayground.yml").write_text(json.dumps(configuration(), indent=1), encoding="utf-8")
    with started(folder) as address:
        return talk(npx, folder, address)


def free_port(wished: int = 0) -> int:
    """Return a free port, the wished one if possible."""
    for port in (wished, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)) as free:
            return int(free.getsockname()[1])
    raise SystemExit("no free port")


@contextmanager
def started(folder: Path) -> Generator[str]:
    """Start a bot with these settings only, on a free port that its links contain, and return its address."""
    # The folder has no `.env`: without settings the bot does not verify users, and only this machine reaches it.
    settings = {"PORT": str(free_port()), "HOST": "127.0.0.1", "DATABASE_URL": "sqlite+aiosqlite:///kollega.db"}
    others = {name: value for name, value in os.environ.items() if not name.startswith("KOLLEGA_")}
    bot = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env=others | {"PYTHONPATH": str(ROOT)} | {f"KOLLEGA_{name}": value for name, value in settings.items()},
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C is for the client; the bot ends after it.
        start_new_session=True,
    )
    try:
        yield listening(bot)
    finally:
        bot.send_signal(signal.SIGTERM)
        bot.communicate(timeout=END_S)


def listening(bot: subprocess.Popen[str]) -> str:
    """Return the address that the bot prints when it serves."""
    assert bot.stdout is not None
    for line in bot.stdout:
        if found := re.search(r"http://[^\s/]+", line):
            return found.group()
    raise SystemExit(bot.wait())


def talk(npx: str, folder: Path, address: str) -> int:
    """Run the client until it ends."""
    port = free_port(CLIENT_PORT)
    command = [npx, "--yes", CLIENT, "start", "--app-endpoint", f"{address}/api/messages", "--channel-id", "msteams"]
    options = ["--port", str(port), "--service-url", f"http://127.0.0.1:{port}/_connector", "--disable-telemetry"]
    # npx starts further processes; a process group ends all of them.
    client = subprocess.Popen([*command, *options], cwd=folder, start_new_session=True)
    try:
        return client.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(client.pid, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
