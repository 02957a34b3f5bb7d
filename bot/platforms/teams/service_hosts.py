"""The hosts of Teams, which get its token, and those of its files, which do not."""

from typing import Final

from bot.platforms.allowed_hosts import Hosts

MICROSOFT_SERVICE_HOSTS: Final = (
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
    ".botframework.azure.cn",
)
"""Public cloud, the three clouds of the United States' government, and the cloud in China."""

MICROSOFT_FILE_HOSTS: Final = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn")
"""SharePoint and OneDrive in the public cloud, in the two clouds of the United States' government, and in China."""


class ServiceHosts(Hosts):
    """Where Teams may have answers sent."""
