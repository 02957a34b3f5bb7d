"""Hosts of Teams, which get the bot's token, and hosts of its files, which do not."""

from typing import Final

from bot.platforms.allowed_hosts import AllowedHosts

MICROSOFT_SERVICE_HOSTS: Final = (
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
    ".botframework.azure.cn",
)
"""The public cloud, the three clouds of the US government, and the cloud in China."""

MICROSOFT_FILE_HOSTS: Final = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn")
"""SharePoint and OneDrive in the public cloud, in two clouds of the US government, and in China."""


class ServiceHosts(AllowedHosts):
    """Hosts of the Bot Connector that may receive messages and the bot's token."""
