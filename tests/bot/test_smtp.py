import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from bot.gateways.smtp import SmtpMails
from bot.platforms.base import Ambiguous, Rejected, Unavailable
from bot.views.base import Mail
from cards.model import Card, Open, Text, t, verbatim
from services.people import Language
from tests.builders import Clock
from tests.fakes.mail_server import FakeMailServer

CARD = Card(
    t("{name} invites you", name="Anna <b>Weiß</b>"),
    (Text(verbatim("Wir freuen uns.")),),
    (Open(t("Open the invitation"), "https://bot.example/join/abc"),),
)
MAIL = Mail(
    "eva@acme.example", t("{name} invites you", name="Anna\r\nBcc: all@acme.example"), CARD, Language.GERMAN, "UTC"
)
SENDER = "kollega@bot.example"


@pytest.fixture
async def server() -> AsyncGenerator[FakeMailServer]:
    """Start a mail server on loopback."""
    async with FakeMailServer() as running:
        yield running


async def test_mail_has_both_formats_and_headers(server: FakeMailServer, clock: Clock) -> None:
    """The mail has both formats, the date, a Message-ID of its delivery and an Auto-Submitted header."""
    await SmtpMails(server.url, SENDER, clock).send(MAIL, key="delivery-1")
    [mail] = server.mails
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "https://bot.example/join/abc" in html.get_content()
    assert "Anna &lt;b&gt;Weiß&lt;/b&gt;" in html.get_content()
    assert "https://bot.example/join/abc" in text.get_content()
    assert (mail["To"], mail["From"]) == ("eva@acme.example", "Kollega <kollega@bot.example>")
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<delivery-1@bot.example>", "auto-generated")
    assert "23 Nov 2026 09:00" in str(mail["Date"])


async def test_name_cannot_inject_headers(server: FakeMailServer, clock: Clock) -> None:
    """A line break in a name adds no header and no recipient."""
    await SmtpMails(server.url, SENDER, clock).send(MAIL, key="d")
    [mail] = server.mails
    assert mail["Bcc"] is None
    assert "Bcc: all@acme.example" in str(mail["Subject"])


@pytest.mark.parametrize("address", ["eva@acme.example\r\nBcc: all@acme.example", "eva@ärger.example"])
async def test_invalid_address_is_rejected(server: FakeMailServer, clock: Clock, address: str) -> None:
    """An address that is invalid in a header is rejected."""
    with pytest.raises(Rejected):
        await SmtpMails(server.url, SENDER, clock).send(replace(MAIL, address=address), key="d")
    assert server.mails == []


@pytest.mark.parametrize(
    ("status_line", "failure"),
    [("550 No such user", Rejected), ("452 Try later", Unavailable), ("421 Going", Unavailable)],
)
async def test_5xx_is_final_and_4xx_is_retriable(
    server: FakeMailServer, clock: Clock, status_line: str, failure: type[Exception]
) -> None:
    """A 5xx status rejects the mail, a 4xx status is retriable."""
    server.refusal = status_line
    with pytest.raises(failure):
        await SmtpMails(server.url, SENDER, clock).send(MAIL, key="d")


async def test_unavailable_server_is_retriable(clock: Clock) -> None:
    """A refused connection is retriable."""
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(Unavailable):
        await SmtpMails(f"smtp://127.0.0.1:{port}", SENDER, clock).send(MAIL, key="d")


@pytest.mark.parametrize(("last", "failure"), [(b"RCPT TO:<eva@acme.example>", Unavailable), (b".", Ambiguous)])
async def test_timeout_after_data_is_ambiguous(clock: Clock, last: bytes, failure: type[Exception]) -> None:
    """A connection that breaks before the data is retriable; after it, the outcome is unknown."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while (line := (await reader.readline()).rstrip()) not in {last, b""}:
            if not in_data(line):
                writer.write(b"354 go on\r\n" if line == b"DATA" else b"250 ok\r\n")
        writer.close()

    handed_over = False

    def in_data(line: bytes) -> bool:
        nonlocal handed_over
        was, handed_over = handed_over, handed_over or line == b"DATA"
        return was

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(failure):
            await SmtpMails(f"smtp://127.0.0.1:{port}", SENDER, clock).send(MAIL, key="d")


async def test_password_needs_tls(clock: Clock) -> None:
    """Without TLS nothing is sent to a server that is not loopback."""
    mails = SmtpMails("smtp://user:geheim@mail.example:587", SENDER, clock)
    assert mails._start_tls() is True  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - there is no such server here
