"""Mails over SMTP, step by step, so that it is known at each failure whether the mail may have been taken."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bot.platforms.allowed_hosts import is_loopback
from bot.platforms.base import Ambiguous, Rejected, SendFailed, Unavailable
from bot.views.base import Mail
from cards.render import plain
from cards.render.mail import render as render_mail
from cards.render.text import RenderContext

TIMEOUT_S: Final = 15.0
SUBJECT_MAX_CHARS: Final = 200
PERMANENT: Final = 500
UNMAILABLE: Final = 553
"""What a server says to an address that cannot be one; here nobody is asked."""
NAME: Final = "Kollega"

_CONNECTION_ERRORS: Final = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError, TimeoutError)


class SmtpMails:
    """Implements `bot.outbox.mail.MailSender`: one connection per mail, unencrypted only to a local server."""

    def __init__(self, url: str, sender: str, clock: Callable[[], datetime]) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._uses_tls = parts.scheme == "smtps"
        self._sender = sender
        self._clock = clock

    async def send(self, mail: Mail, *, key: str) -> None:
        """Send a mail; `key` becomes its message id, so that a copy can be told. Raises SendFailed."""
        try:
            message = self._compose(mail, key)
        except ValueError as error:
            raise Rejected(UNMAILABLE) from error
        async with self._connected() as client:
            try:
                await client.mail(self._sender)
                await client.rcpt(mail.address)
            except aiosmtplib.SMTPException as error:
                raise _refused(error) from error
            except _CONNECTION_ERRORS as error:
                raise Unavailable(type(error).__name__) from error
            await self._hand_over(client, message)

    async def _hand_over(self, client: aiosmtplib.SMTP, message: EmailMessage) -> None:
        """From here on the server may have taken the mail although no answer comes."""
        try:
            await client.data(message.as_bytes(policy=SMTP))
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, *_CONNECTION_ERRORS) as error:
            raise Ambiguous(type(error).__name__) from error

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[aiosmtplib.SMTP]:
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user or None,
            password=self._password or None,
            use_tls=self._uses_tls,
            start_tls=self._start_tls(),
            timeout=TIMEOUT_S,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, ValueError, *_CONNECTION_ERRORS) as error:
            raise Unavailable(type(error).__name__) from error
        try:
            yield client
        finally:
            # Not `quit`: what the server says to the goodbye changes nothing any more.
            client.close()

    def _start_tls(self) -> bool | None:
        """Insist on TLS for other machines; on this one take it where it is offered."""
        if self._uses_tls:
            return False
        return None if is_loopback(self._host) else True

    def _compose(self, mail: Mail, key: str) -> EmailMessage:
        if not mail.address.isascii():
            raise ValueError("only servers that speak SMTPUTF8 would take this address")
        now = self._clock()
        subject = RenderContext(mail.language, mail.zone, now).format_line(mail.subject)
        message = EmailMessage(policy=SMTP)
        message["From"] = f"{NAME} <{self._sender}>"
        message["To"] = mail.address
        message["Subject"] = " ".join(subject.split())[:SUBJECT_MAX_CHARS]
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{key}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = mail.language
        message.set_content(plain.render(mail.card, mail.language, mail.zone, now))
        message.add_alternative(render_mail(mail.card, mail.language, mail.zone, now), subtype="html")
        return message


def _refused(error: aiosmtplib.SMTPException) -> SendFailed:
    """What a server means that says no: 5xx for good, anything else for now."""
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= PERMANENT:
        return Rejected(error.code)
    return Unavailable(type(error).__name__)
