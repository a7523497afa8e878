"""Whatever a partner writes as a URL: it is refused, or everybody reads the same public name in it."""

from __future__ import annotations

import contextlib
import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quen.errors import ValidationFailedError
from quen.webhooks.addresses import parse_destination

PIECES = st.sampled_from(
    [
        *(
            "https://",
            "http://",
            "HTTPS://",
            "//",
            "/",
            "\\",
            "?",
            "#",
            "@",
            ":",
            ":443",
            ":80",
            ".",
            "..",
            "%",
            "%2e",
            "%00",
        ),
        *(
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "0177",
            "[::1]",
            "[",
            "]",
            "::ffff:7f00:1",
            "１２７",
            "。",
            "①",
            "1",
        ),
        *(
            "example",
            "com",
            "localhost",
            "xn--",
            "local",
            "internal",
            "phở",
            "ß",
            "-",
            "_",
            " ",
            "\t",
            "\n",
            "\x00",
            "é",
            "İ",
        ),
    ]
)
URLS = (
    st.lists(PIECES, max_size=10).map("".join) | st.text(max_size=40).map(lambda host: f"https://{host}/") | st.text()
)


@given(URLS)
@example("https://example.com@127.0.0.1/")
@example("https://example.com\\@127.0.0.1/")
def test_a_url_is_refused_or_everybody_reads_the_same_public_name_in_it(url: str) -> None:
    destination = None
    with contextlib.suppress(ValidationFailedError):
        destination = parse_destination(url)
    if destination is None:
        return
    read = urlsplit(destination.url)
    assert (read.scheme, read.hostname, read.port, read.username) == ("https", destination.host, None, None)
    assert destination.url.isascii()
    assert "." in destination.host
    assert not {*"\r\n\t \x00\\#"} & {*destination.url}
    with pytest.raises(OSError, match="illegal IP address"):
        socket.inet_aton(destination.host)
    assert parse_destination(destination.url) == destination
