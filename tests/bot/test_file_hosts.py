import pytest

from bot.platforms.allowed_hosts import AllowedFileHosts
from bot.platforms.teams.service_hosts import MICROSOFT_FILE_HOSTS

HOSTS = AllowedFileHosts(MICROSOFT_FILE_HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "https://contoso-my.sharepoint.com/personal/anna_contoso_com/_layouts/15/download.aspx?UniqueId=1&tempauth=v1.e",
        "https://contoso-my.sharepoint.com/_api/v2.0/drive/items/01AB/uploadSession?guid='a-b'&overwrite=True&dc=0",
        "https://contoso.sharepoint.com:443/sites/x/Shared%20Documents/a.csv",
        "https://agency.sharepoint.us/a",
        "https://agency.sharepoint-mil.us/a",
        "https://contoso.sharepoint.cn/a",
    ],
)
def test_sharepoint_hosts_are_permitted(url: str) -> None:
    """SharePoint hosts of every cloud are permitted."""
    assert HOSTS.permits(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://contoso.sharepoint.com/a",
        "https://sharepoint.com/a",
        "https://contoso.sharepoint.com.evil.example/a",
        "https://contososharepoint.com/a",
        "https://contoso.sharepoint.com./a",
        "https://contoso.sharepoint.com:8443/a",
        "https://contoso.sharepoint.com@evil.example/a",
        "https://evil.example@contoso.sharepoint.com/a",
        "https://evil.example#.sharepoint.com/a",
        "https://evil.example?.sharepoint.com/a",
        "https://evil.example\\.sharepoint.com/a",
        "https://evil.example/.sharepoint.com/a",
        "https://evil.example%2f.sharepoint.com/a",
        "https://evil.example\t.sharepoint.com/a",
        "https://evil.example\n.sharepoint.com/a",
        "https://evil.example \u3002sharepoint.com/a",
        "https://contoso.sharepoint\u3002com/a",
        "https://\uff43ontoso.sharepoint.com/a",
        "https://contoso.sharepoint.com/a\r\nHost: evil.example",
        "https://contoso.sharepoint.com/a b",
        "https://contoso.sharepoint.com/a#b",
        "https://contoso.sharepoint.com/" + "a" * 9000,
        "//contoso.sharepoint.com/a",
        "ftp://contoso.sharepoint.com/a",
        "file:///etc/passwd",
        "gopher://contoso.sharepoint.com/a",
        "data:text/csv,a",
        "javascript:alert(1)",
        "http://127.0.0.1/a",
        "https://127.0.0.1/a",
        "http://localhost/a",
        "http://[::1]/a",
        "http://[::ffff:127.0.0.1]/a",
        "http://[::ffff:169.254.169.254]/a",
        "http://0/a",
        "http://0.0.0.0/a",
        "http://0x7f000001/a",
        "http://2130706433/a",
        "http://017700000001/a",
        "http://127.1/a",
        "http://127.0.0.1.nip.io/a",
        "http://169.254.169.254/latest/meta-data",
        "http://metadata.google.internal/a",
        "https://10.0.0.1/a",
        "https://192.168.1.1/a",
        "https://[fe80::1]/a",
        "https://contoso.sharepoint.com:99999/a",
        "https://contoso.sharepoint.com:/a",
        "https:///contoso.sharepoint.com/a",
        "https:contoso.sharepoint.com/a",
        "https://.sharepoint.com:443@127.0.0.1/a",
        " https://contoso.sharepoint.com/a",
        "https://contoso.sharepoint.com",
        "",
        None,
        7,
        ["https://contoso.sharepoint.com/a"],
    ],
)
def test_other_hosts_are_rejected(url: object) -> None:
    """Any other URL is rejected, including loopback and private addresses."""
    assert not HOSTS.permits(url)


def test_loopback_is_permitted_only_without_authentication() -> None:
    """Loopback is permitted only without an app id, for local development."""
    assert AllowedFileHosts(MICROSOFT_FILE_HOSTS, loopback=True).permits("http://127.0.0.1:56150/files/1?a=b")
    assert not HOSTS.permits("http://127.0.0.1:56150/files/1?a=b")
