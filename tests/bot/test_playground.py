import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import playground

START_LIMIT_S = 60
# Replaces npx, which would download: records its arguments and whether the bot listens.
CLIENT = f"""#!{sys.executable}
import json, sys, urllib.request
address = sys.argv[sys.argv.index("--app-endpoint") + 1].removesuffix("/api/messages")
ready = urllib.request.urlopen(address + "/readyz").status
open("asked.json", "w").write(json.dumps([ready, *sys.argv[1:]]))
"""


def test_configuration_matches_the_client() -> None:
    """The configuration has a version, users, a second channel and complete profiles."""
    configuration = json.loads(json.dumps(playground.configuration()))
    assert configuration["version"] == "0.1.1"
    people = [configuration["currentUser"], *configuration["users"]]
    assert len(people) == 6
    fields = {"id", "name", "userPrincipleName", "aadObjectId", "givenName", "surname", "email"}
    assert [set(person) for person in people] == [fields] * 6
    assert len({person["aadObjectId"] for person in people}) == len({person["id"] for person in people}) == 6
    assert len(configuration["team"]["channels"]) == 1
    assert set(configuration) >= {"tenantId", "bot", "personalChat", "groupChat"}


def test_missing_node_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without Node.js nothing starts, and one line names what is needed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert playground.main(tmp_path / "playground") == 1
    output = capsys.readouterr().err
    assert "Node.js" in output
    assert "make run" in output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(120)
def test_client_starts_after_the_bot(tmp_path: Path) -> None:
    """The bot listens before the client starts, with its own data, no telemetry and a notice of the licence."""
    client = tmp_path / "npx"
    client.write_text(CLIENT, encoding="utf-8")
    client.chmod(0o755)
    folder = tmp_path / "playground"
    settings = {"KOLLEGA_TEAMS_APP_ID": "7b3c1a52", "KOLLEGA_PORT": "none"}
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from pathlib import Path; from tests import playground; playground.main(Path({str(folder)!r}))",
        ],
        env={**os.environ, **settings, "PATH": str(tmp_path), "PYTHONPATH": str(playground.ROOT)},
        capture_output=True,
        text=True,
        timeout=START_LIMIT_S,
        check=True,
    )
    ready, *asked = json.loads((folder / "asked.json").read_text("utf-8"))
    assert ready == 200
    assert asked[:3] == ["--yes", playground.CLIENT, "start"]
    assert "--disable-telemetry" in asked
    assert "licence" in ended.stdout
    assert (folder / "kollega.db").exists()
    assert json.loads((folder / ".m365agentsplayground.yml").read_text("utf-8")) == playground.configuration()
