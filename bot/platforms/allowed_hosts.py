"""The hosts to which the bot may speak: an address on no list gets no token, no message and no file."""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

MAX_URL_CHARS: Final = 2048

# So strict that no two parsers can disagree about the host: no user part, backslash, blank, query or fragment.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>\d{1,5}))?(?:/[a-z0-9._~%/-]*)?",
    re.IGNORECASE | re.ASCII,
)

MAX_FILE_URL_CHARS: Final = 8192

# With a query, which may carry the permission. SharePoint writes quotes and brackets into it as they are.
_FILE_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>\d{1,5}))?"
    r"/[a-z0-9._~%/!$&'()*+,;=:@-]*(?:\?[a-z0-9._~%/!$&'()*+,;=:@?{}|-]*)?",
    re.IGNORECASE | re.ASCII,
)


class Hosts:
    """An allow-list of hosts: a name stands for itself alone, a name with a leading dot for everything below it.

    Nothing matches below a plain name: anybody can register a name under trafficmanager.net. This machine is
    reachable without TLS, yet only where it is listed by name or the bot runs without authentication.
    """

    pattern = _URL
    max_chars = MAX_URL_CHARS

    def __init__(self, names: Iterable[str], *, loopback: bool = False) -> None:
        listed = {name.strip().lower().removeprefix("*") for name in names} - {"", "."}
        self._exact = frozenset(name for name in listed if not name.startswith("."))
        self._suffixes = tuple(name for name in listed if name.startswith("."))
        self._loopback = loopback

    def permits(self, url: object) -> bool:
        """Whether the bot may send its token and a person's message, or a person's file, to this address."""
        if not isinstance(url, str) or len(url) > self.max_chars:
            return False
        match = self.pattern.fullmatch(url)
        return match is not None and self._permits(match["scheme"].lower(), match["host"].lower(), match["port"])

    def _permits(self, scheme: str, host: str, port: str | None) -> bool:
        listed = host in self._exact or host.endswith(self._suffixes)
        if is_loopback(host):
            return listed or self._loopback
        return listed and scheme == "https" and port in {None, "443"}


class FileHosts(Hosts):
    """The same for the addresses of files, which are longer and more colourful."""

    pattern = _FILE_URL
    max_chars = MAX_FILE_URL_CHARS


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether the name can only mean this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
