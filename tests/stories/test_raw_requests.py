"""What no library would send reaches the real server, H164, H165, H171: one answer, and no more."""

import socket
from urllib.parse import urlsplit

import pytest

WAIT_SECONDS = 10


def heard(stack, *lines, body=""):
    """Send lines as they are; return all that the server says until it hangs up."""
    place = urlsplit(stack.portal_url)
    with socket.create_connection((place.hostname, place.port), WAIT_SECONDS) as line:
        line.sendall("".join(f"{each}\r\n" for each in (*lines, "")).encode() + body.encode())
        line.shutdown(socket.SHUT_WR)
        said = b""
        while part := line.recv(65536):
            said += part
    return said.decode("latin-1")


def answers(stack, *lines, body=""):
    """Return the status of every answer."""
    rows = heard(stack, *lines, body=body).split("\r\n")
    return [row.split()[1] for row in rows if row.startswith("HTTP/1.")]


REFUSED = {
    "H164 a header of 16 kB": ["X-Long: " + "a" * 16_384],
    "H164 two hundred headers": [f"X-{number}: a" for number in range(200)],
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_h164_headers_beyond_all_measure_are_refused(stack, headers):
    assert answers(stack, "GET /healthz HTTP/1.1", "Host: localhost", *headers) == ["431"]


def test_h165_two_lengths_of_one_body_hide_no_second_request(stack):
    hidden = "0\r\n\r\nGET /payments HTTP/1.1\r\nHost: localhost\r\n\r\n"
    lines = (
        "POST /sign-in HTTP/1.1",
        "Host: localhost",
        f"Content-Length: {len(hidden)}",
        "Transfer-Encoding: chunked",
    )

    assert answers(stack, *lines, body=hidden) == ["400"]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_h171_a_request_without_a_host_is_led_to_our_own_door(stack, version):
    said = heard(stack, f"GET /payments HTTP/{version}")

    assert said.startswith(f"HTTP/{version} 303 ")
    assert "\r\nLocation: /sign-in?next=%2Fpayments\r\n" in said
