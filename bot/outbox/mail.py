"""What the relay asks of whoever sends mails."""

from typing import Protocol

from bot.views.base import Mail


class MailSender(Protocol):
    """A way to send mails."""

    async def send(self, mail: Mail, *, key: str) -> None:
        """Send a mail. `key` names this very mail. Raises `bot.platforms.base.SendFailed`."""
        ...
