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
    """Return the one log record."""
    output: dict[str, Any] = json.loads(capsys.readouterr().err)
    return output


def fail() -> None:
    """Raise an error with personal data in its text and cause."""
    try:
        int(CANARY)
    except ValueError as error:
        raise LookupError(CANARY) from error


def test_error_is_logged_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    """The log has the types and lines of an error and none of its text."""
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


def test_library_logs_are_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    """Errors of libraries lose their text, and their info messages are dropped."""
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


def test_console_format_is_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    """The console format has the same content, no colours outside a terminal and nothing below the level."""
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
