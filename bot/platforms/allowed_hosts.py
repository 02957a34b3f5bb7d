"""Allow-lists of hosts: a URL outside them gets no token, no message and no file."""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

MAX_URL_CHARS: Final = 2048

# No user part, backslash, blank, query or fragment: URL parsers disagree about the host of such addresses.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>\d{1,5}))?(?:/[a-z0-9._~%/-]*)?",
    re.IGNORECASE | re.ASCII,
)

MAX_FILE_URL_CHARS: Final = 8192

# With a query, which may carry the permission. SharePoint leaves quotes and brackets in it unescaped.
_FILE_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>\d{1,5}))?"
    r"/[a-z0-9._~%/!$&'()*+,;=:@-]*(?:\?[a-z0-9._~%/!$&'()*+,;=:@?{}|-]*)?",
    re.IGNORECASE | re.ASCII,
)


class AllowedHosts:
    """An allow-list of hosts: a plain name matches itself alone, a name with a leading dot all its subdomains.

    A plain name has no subdomains, because anyone can register one under trafficmanager.net. Loopback needs no
    TLS, and is permitted only where it is listed by name or the bot runs without authentication.
    """

    pattern = _URL
    max_chars = MAX_URL_CHARS

    def __init__(self, names: Iterable[str], *, loopback: bool = False) -> None:
        listed = {name.strip().lower().removeprefix("*") for name in names} - {"", "."}
        self._exact = frozenset(name for name in listed if not name.startswith("."))
        self._suffixes = tuple(name for name in listed if name.startswith("."))
        self._loopback = loopback

    def permits(self, url: object) -> bool:
        """Return whether the bot may send its token, a message or a file to this URL."""
        if not isinstance(url, str) or len(url) > self.max_chars:
            return False
        match = self.pattern.fullmatch(url)
        return match is not None and self._permits_host(match["scheme"].lower(), match["host"].lower(), match["port"])

    def _permits_host(self, scheme: str, host: str, port: str | None) -> bool:
        listed = host in self._exact or host.endswith(self._suffixes)
        if is_loopback(host):
            return listed or self._loopback
        return listed and scheme == "https" and port in {None, "443"}


class AllowedFileHosts(AllowedHosts):
    """The same for URLs of files, which are longer and carry a query."""

    pattern = _FILE_URL
    max_chars = MAX_FILE_URL_CHARS


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Return whether a host name can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
