"""Where a webhook may go: to an HTTPS server on the public internet, and nowhere near us. Pure.

Whoever lets strangers name a URL lets them knock at its own doors: the instance's metadata, a database, a neighbour. So
a URL is of one narrow form (`parse_destination`), and of what its name resolves to every address must be one that the
whole internet can reach (`refuse_special`): one bad address among them refuses all.

The networks are those of IANA's special-purpose registries, written out, because `ipaddress.is_global` lets NAT64, 6to4
and multicast through. Of IPv6 only 2000::/3 is public, so anything new that is handed out elsewhere is refused too.
https://www.iana.org/assignments/iana-ipv4-special-registry · https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from msgspec import Struct

from quen.errors import ValidationFailedError

URL_CHARACTERS_MAX = 500
HTTPS_PORT = 443

_SPECIAL_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared behind a carrier's NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local: the cloud's metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
"""Outside of it are ::, ::1, mapped IPv4 (::ffff:0:0/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard (100::/64), SRv6
(5f00::/16), unique local (fc00::/7), link-local (fe80::/10) and multicast (ff00::/8).
"""
_SPECIAL_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[^/?#@:\\\s\[\]%]+|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<target>(?:/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*)?(?:\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?)",
    re.IGNORECASE,
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# No last label begins with a digit: so no IPv4 address is a name, in whatever spelling (127.1, 0x7f.1, 2130706433).
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
_NAME_CHARACTERS_MAX = 253
# What the two editions of IDNA read as different names: one of them would not be whom the partner means.
_AMBIGUOUS = re.compile("[\u00df\u03c2\u200c\u200d]")
# Names that no public server has: RFC 6761, RFC 6762, RFC 9476, ICANN's `.internal`, and what routers make up.
_PRIVATE_SUFFIXES = frozenset(
    {
        *("localhost", "localdomain", "local", "internal", "arpa", "test", "example", "invalid", "onion", "alt"),
        *("intranet", "private", "corp", "home", "lan"),
    }
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class AddressRefusedError(Exception):
    """The name resolves to an address to which nothing is sent."""


class Destination(Struct, frozen=True):
    """Where a webhook goes. `host` is the name in ASCII (`[::1]` in brackets), `target` the path and the query; `is_local`:
    this very machine, as a sandbox allows.
    """

    scheme: str
    host: str
    port: int
    target: str
    is_local: bool = False

    @property
    def authority(self) -> str:
        """What the header `Host` says."""
        is_usual = self.port == (HTTPS_PORT if self.scheme == "https" else 80)
        return self.host if is_usual else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL in its one spelling."""
        return f"{self.scheme}://{self.authority}{self.target}"


def parse_destination(url: str, *, is_sandbox: bool = False) -> Destination:
    """The destination that the URL names. Raises ValidationFailedError at `/url` for what is not public HTTPS on port 443.

    A sandbox may send to its own machine as well, with or without TLS, on any port.
    """
    match = _URL.fullmatch(url)
    if match is None or len(url) > URL_CHARACTERS_MAX:
        raise _refused("Give an https URL: a name, no user, no fragment, at most 500 characters.")
    scheme, target = match["scheme"].lower(), match["target"]
    if not target.startswith("/"):
        target = f"/{target}"
    port = int(match["port"] or (HTTPS_PORT if scheme == "https" else 80))
    if is_sandbox and match["host"].lower() in _LOOPBACK and port < 2**16:
        return Destination(scheme, match["host"].lower(), port, target, is_local=True)
    if scheme != "https" or port != HTTPS_PORT:
        raise _refused("Webhooks go by https to port 443.")
    return Destination(scheme, _public_name(match["host"]), port, target)


def refuse_special(addresses: Sequence[str], *, is_local: bool = False) -> None:
    """Raises AddressRefusedError unless every address is one that the whole internet can reach; of a local destination,
    unless every one is loopback. No address at all is refused as well.
    """
    is_allowed = _is_loopback if is_local else is_public
    if not addresses or not all(is_allowed(address) for address in addresses):
        raise AddressRefusedError


def is_public(address: str) -> bool:
    """Whether the numeric address is globally reachable. What is no address, or has a zone, is not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        is_special = any(parsed in network for network in _SPECIAL_V6)
        return parsed.scope_id is None and parsed in _PUBLIC_V6 and not is_special
    return not any(parsed in network for network in _SPECIAL_V4)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _public_name(host: str) -> str:
    """The host as a DNS name in ASCII, lower case. Raises ValidationFailedError."""
    name = _in_ascii(host).lower()
    if not _NAME.fullmatch(name) or len(name) > _NAME_CHARACTERS_MAX:
        raise _refused("The host is a DNS name with a dot, and no address.")
    if name.rpartition(".")[2] in _PRIVATE_SUFFIXES:
        raise _refused("The host has a name that nobody has on the public internet.")
    return name


def _in_ascii(host: str) -> str:
    if host.isascii():
        return host
    if _AMBIGUOUS.search(host):
        raise _refused("Give the host in its ASCII form (xn--…).")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _refused("The host is no DNS name.") from None


def _refused(sentence: str) -> ValidationFailedError:
    return ValidationFailedError.at("/url", "url_not_allowed", sentence)
