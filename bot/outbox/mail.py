"""The protocol of mail servers."""

from typing import Protocol

from bot.views.base import Mail


class MailSender(Protocol):
    """Sends mails."""

    async def send(self, mail: Mail, *, key: str) -> None:
        """Send a mail. `key` identifies the mail. Raises `bot.platforms.base.SendFailed`."""
        ...
