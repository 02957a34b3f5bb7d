import json
import logging
from typing import Any

import pytest
import structlog

from bot.operations.logs import configure
from tests.bot.logging_fixture import restored_logging

CANARY = "eva.lang@acme.example"


__all__ = ["restored_logging"]

pytestmark = pytest.mark.usefixtures("restored_logging")


def read(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line that was logged."""
    output: dict[str, Any] = json.loads(capsys.readouterr().err)
    return output


def fail() -> None:
    """Raise an error whose text and cause hold personal data."""
    try:
        int(CANARY)
    except ValueError as error:
        raise LookupError(CANARY) from error


def test_an_error_is_told_by_its_types_and_places(capsys: pytest.CaptureFixture[str]) -> None:
    """The log says which error came through which lines, and nothing of what somebody wrote."""
    configure("info", "json")
    try:
        fail()
    except LookupError:
        structlog.get_logger("test").exception("broke", delivery_id="d1")
    output = read(capsys)
    assert (output["event"], output["level"], output["delivery_id"]) == ("broke", "error", "d1")
    assert "LookupError" in output["exception"]
    assert "ValueError" in output["exception"]
    assert "test_logs.py" in output["exception"]
    assert CANARY not in json.dumps(output)


def test_libraries_are_held_to_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """An error that a library logs loses its text as well; its small talk is not heard."""
    configure("info", "json")
    logging.getLogger("aiohttp.server").info("GET /join/token")
    assert capsys.readouterr().err == ""
    try:
        fail()
    except LookupError:
        logging.getLogger("aiohttp.server").exception("Error handling request")
    output = read(capsys)
    assert "LookupError" in output["exception"]
    assert CANARY not in json.dumps(output)


def test_the_console_reads_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """On a console the same is said in lines, without colours where nobody sees them, and below the level nothing."""
    configure("warning", "console")
    structlog.get_logger("test").info("not heard")
    try:
        fail()
    except LookupError:
        structlog.get_logger("test").exception("broke")
    output = capsys.readouterr().err
    assert "broke" in output
    assert "LookupError" in output
    assert "not heard" not in output
    assert CANARY not in output
    assert "\x1b" not in output
