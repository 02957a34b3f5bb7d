"""The hosts of Teams, which get its token, and those of the files, which do not."""

import re
from typing import Final

from bot.platforms.hosts import Hosts

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

MAX_FILE_URL_CHARS: Final = 8192

# With a query, which carries the permission. SharePoint writes quotes and brackets into it as they are.
_FILE_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>\d{1,5}))?"
    r"/[a-z0-9._~%/!$&'()*+,;=:@-]*(?:\?[a-z0-9._~%/!$&'()*+,;=:@?{}|-]*)?",
    re.IGNORECASE | re.ASCII,
)


class ServiceHosts(Hosts):
    """Where Teams may have answers sent."""


class FileHosts(Hosts):
    """The same for the addresses of files."""

    pattern = _FILE_URL
    max_chars = MAX_FILE_URL_CHARS
