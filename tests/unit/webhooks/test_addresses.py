"""Which URLs a webhook may have, and to which addresses anything is sent."""

from __future__ import annotations

import pytest

from quen.errors import ValidationFailedError
from quen.webhooks.addresses import AddressRefusedError, is_public, parse_destination, refuse_special

GOOD = {
    "https://example.com/hooks": "https://example.com/hooks",
    "https://example.com": "https://example.com/",
    "https://example.com?shop=1": "https://example.com/?shop=1",
    "HTTPS://Example.COM/Hooks": "https://example.com/Hooks",
    "https://example.com:443/hooks": "https://example.com/hooks",
    "https://api.phở24.vn/q": "https://api.xn--ph24-1z5a.vn/q",
    "https://xn--ph24-1z5a.vn/q": "https://xn--ph24-1z5a.vn/q",
    "https://ｅｘａｍｐｌｅ.com/": "https://example.com/",
    "https://example。com/": "https://example.com/",
    "https://a-b.example.co.uk/%20x;y=1/@me?a=b&c=%2F": "https://a-b.example.co.uk/%20x;y=1/@me?a=b&c=%2F",
    f"https://example.com/{'x' * 480}": f"https://example.com/{'x' * 480}",
}

BAD = (
    # not https on 443
    "http://example.com/",
    "http://example.com:443/",
    "ftp://example.com/",
    "//example.com/",
    "example.com",
    "javascript:alert(1)",
    "https:example.com",
    "https:/example.com",
    "https://example.com:8443/",
    "https://example.com:80/",
    "https://example.com:0443/",
    "https://example.com:/",
    "https://example.com:443443/",
    # somebody's name and password, or what looks like it
    "https://user@example.com/",
    "https://user:pass@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1\\@example.com/",
    "https://example.com\\@127.0.0.1/",
    # fragments, spaces, line breaks, other scripts in a path
    "https://example.com/#x",
    "https://example.com#@127.0.0.1/",
    "https://example.com/a b",
    " https://example.com/",
    "https://example.com/\r\nHost: x",
    "https://example.com/\n",
    "https://example.com/\t",
    "https://example.com/phở",
    "https://exa mple.com/",
    # addresses in any spelling
    "https://127.0.0.1/",
    "https://93.184.216.34/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://1.2.3.0x4/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[2606:4700::1111]/",
    "https://[fe80::1%25eth0]/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://①②⑦.0.0.1/",
    "https://127.0.0.%31/",
    # names that nobody has outside
    "https://localhost/",
    "https://LOCALHOST/",
    "https://metadata/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://db.prod.internal/",
    "https://1.0.0.127.in-addr.arpa/",
    "https://a.localhost/",
    "https://x.test/",
    "https://x.onion/",
    "https://ⓛocalhost/",
    # no names at all
    "https:///path",
    "https://.example.com/",
    "https://example..com/",
    "https://example.com./",
    "https://-example.com/",
    "https://example-.com/",
    "https://exa_mple.com/",
    "https://example.com%2f@x/",
    f"https://{'a' * 64}.com/",
    f"https://{'a.' * 130}com/",
    "https://faß.example.com/",
    "https://a\u200db.example.com/",
    f"https://example.com/{'x' * 481}",
    "",
)


@pytest.mark.parametrize(("url", "meant"), GOOD.items())
def test_a_public_https_url_is_kept_in_its_one_spelling(url: str, meant: str) -> None:
    destination = parse_destination(url)
    assert (destination.url, destination.port, destination.is_local) == (meant, 443, False)
    assert parse_destination(destination.url) == destination


@pytest.mark.parametrize("url", BAD)
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        parse_destination(url)
    [fault] = refused.value.faults
    assert (fault.pointer, fault.code) == ("/url", "url_not_allowed")
    assert not url or url not in fault.message


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://127.0.0.1:9000/hooks", "127.0.0.1:9000"),
        ("http://localhost/hooks", "localhost"),
        ("https://localhost:8443/hooks", "localhost:8443"),
        ("http://[::1]:9000/hooks", "[::1]:9000"),
    ],
)
def test_a_sandbox_may_send_to_its_own_machine_and_nobody_else_may(url: str, authority: str) -> None:
    destination = parse_destination(url, is_sandbox=True)
    assert (destination.authority, destination.is_local) == (authority, True)
    with pytest.raises(ValidationFailedError):
        parse_destination(url)


@pytest.mark.parametrize(
    "url", ["http://localhost:65536/", "http://127.0.0.2/", "http://10.0.0.1/", "http://example.com/"]
)
def test_a_sandbox_may_send_nowhere_else_either(url: str) -> None:
    with pytest.raises(ValidationFailedError):
        parse_destination(url, is_sandbox=True)


PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001:830::200e",
    "3ffe:ffff::1",
)
SPECIAL = (
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:808:808",
    "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "3fff:fff:ffff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "2606:4700:4700::1111%1",
    "no address",
    "127.1",
    "0x7f000001",
    "",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)
    refuse_special([address])


@pytest.mark.parametrize("address", SPECIAL)
def test_a_special_address_is_not_and_one_of_them_refuses_all(address: str) -> None:
    assert not is_public(address)
    for addresses in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        with pytest.raises(AddressRefusedError):
            refuse_special(addresses)


def test_no_address_at_all_is_refused() -> None:
    with pytest.raises(AddressRefusedError):
        refuse_special([])


@pytest.mark.parametrize("addresses", [["8.8.8.8"], ["127.0.0.1", "8.8.8.8"], ["10.0.0.1"], ["no address"]])
def test_this_very_machine_has_loopback_addresses_alone(addresses: list[str]) -> None:
    refuse_special(["127.0.0.1", "::1"], is_local=True)
    with pytest.raises(AddressRefusedError):
        refuse_special(addresses, is_local=True)
