"""Fake mail server on loopback that stores received mails."""

import asyncio
from contextlib import AbstractAsyncContextManager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session


class FakeMailServer(AbstractAsyncContextManager["FakeMailServer"]):
    """Start with `async with`; `refusal` is the response while it is set, and for addresses in `unknown`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusal = ""
        self.unknown: set[str] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Return the URL of the server."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()
        return f"smtp://{host}:{port}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Store the mail or reject it."""
        del server, session
        if self.refusal:
            return self.refusal
        if self.unknown & set(envelope.rcpt_tos):
            return "550 No such user here"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 Accepted"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails to an address, oldest first."""
        return [mail for mail in self.mails if str(mail["To"]) == address]
