"""Service hosts to which the bot may send."""

import pytest
from hypothesis import given, strategies as st

from bot.platforms.teams.service_hosts import MICROSOFT_SERVICE_HOSTS, ServiceHosts


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/",
        "https://SMBA.trafficmanager.net/emea/c0ffee00-1111/",
        "https://smba.trafficmanager.net:443/teams",
        "https://smba.infra.gcc.teams.microsoft.com/gcc",
        "https://smba.infra.gov.teams.microsoft.us/gcch/",
        "https://msteams.botframework.azure.cn/",
    ],
)
def test_hosts_of_microsoft_are_listed(url: str) -> None:
    """The service URLs of all clouds of Teams are permitted as delivered."""
    assert ServiceHosts(MICROSOFT_SERVICE_HOSTS).permits(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net:8443/",
        "https://evil.trafficmanager.net/",
        "https://x.smba.trafficmanager.net/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evilsmba.trafficmanager.net/",
        "https://botframework.azure.cn.evil.example/",
        "https://evilbotframework.azure.cn/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://evil.example#@smba.trafficmanager.net/",
        "https://evil.example?smba.trafficmanager.net",
        "https://smba.trafficmanager.net/?next=x",
        "https://smba.trafficmanager.net/\r\nHost: evil.example",
        "https://smba.trafficmanager.net\n",
        " https://smba.trafficmanager.net/",
        "https://smba.trafficmanager.net./",
        "//smba.trafficmanager.net/",
        "https:smba.trafficmanager.net",
        "https://smba。trafficmanager。net/",
        "http://127.0.0.1:3978/",
        "http://localhost/",
        "https://[::1]/",
        "http://169.254.169.254/",
        "https://smba.trafficmanager.net/" + "a" * 2048,
        "",
        None,
        7,
    ],
)
def test_look_alikes_are_not_listed(url: object) -> None:
    """A host whose name resembles a Teams host is not permitted."""
    assert not ServiceHosts(MICROSOFT_SERVICE_HOSTS).permits(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:3978/x", "http://localhost:1/", "http://[::1]:8/", "https://127.9.9.9"]
)
def test_loopback_must_be_listed(url: str) -> None:
    """Loopback is permitted only if it is listed."""
    assert ServiceHosts([], loopback=True).permits(url)
    assert not ServiceHosts([""]).permits(url)


def test_operators_may_list_a_whole_domain() -> None:
    """A leading dot, with or without a star, permits the subdomains and not the domain itself."""
    hosts = ServiceHosts(["*.proxy.example", " API.example "])
    assert hosts.permits("https://a.proxy.example/")
    assert hosts.permits("https://api.example/")
    assert not hosts.permits("https://proxy.example/")
    assert not hosts.permits("https://evilproxy.example/")
    assert not ServiceHosts(["*"]).permits("https://anything.example/")


@given(st.text(max_size=300))
def test_arbitrary_url_is_rejected(text: str) -> None:
    """An empty list permits no URL, and a URL with another authority is rejected."""
    assert not ServiceHosts([]).permits(text)
    assert not ServiceHosts(MICROSOFT_SERVICE_HOSTS).permits(f"https://{text}.example/smba.trafficmanager.net")
