"""A feed's server is a stranger: it gets little time and little room, and leads nowhere private."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time

import pytest

from mentorship.addresses import is_public
from mentorship.connecting import FetchFailed, NotListed, SentOutside
from mentorship.fetching import Fetcher
from tests.site import Reply, Site

PRIVATE = [
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254",
    "0.0.0.0",  # noqa: S104  not bound, refused
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:10.0.0.8", "::ffff:169.254.169.254", "64:ff9b::a00:8", "2002:a00:8::1",
    "2001:0:a00:8::1",
]  # fmt: skip


def anybody(_host: str) -> bool:
    return True


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_a_network_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address), 443)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_open_internet_is_public_on_the_ports_of_the_web(address: str) -> None:
    assert is_public(ipaddress.ip_address(address), 443)
    assert not is_public(ipaddress.ip_address(address), 22)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433"]
)
def test_the_service_does_not_ask_its_own_machine(site: Site, host: str) -> None:
    with pytest.raises(FetchFailed, match=r"private network|no server"):
        Fetcher(listed=anybody).get(f"http://{host}:{site.port}/feed")
    assert site.asked == []


def test_a_redirect_into_the_network_is_not_followed(site: Site) -> None:
    with socket.socket() as inside:
        inside.bind(("127.0.0.1", 0))
        inside.listen()
        inside.setblocking(False)
        address = f"http://127.0.0.1:{inside.getsockname()[1]}/secret"
        site.replies["/feed"] = Reply(status=302, headers={"Location": address})
        with pytest.raises(FetchFailed, match="private network"):
            site.fetcher().get(site.url())
        with pytest.raises(BlockingIOError):
            inside.accept()


def test_a_host_that_is_not_on_the_list_is_not_even_looked_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(*_: object, **__: object) -> list[object]:
        raise AssertionError("its name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", found)
    for ask in (site.fetcher().get, site.fetcher().status):
        with pytest.raises(NotListed, match=r"example\.org is not on the list"):
            ask("https://example.org/feed")
    with pytest.raises(NotListed):
        site.fetcher().exchange("https://example.org/token", headers={}, body="code=1")


def test_a_redirect_to_a_host_that_is_not_on_the_list_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies["/feed"] = Reply(status=302, headers={"Location": "https://example.org/feed"})
    looked = []
    real = socket.getaddrinfo

    def look_up(host: str, *more: object, **named: object) -> object:
        looked.append(host)
        return real(host, *more, **named)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    for ask in (site.fetcher().get, site.fetcher().status):
        with pytest.raises(SentOutside, match=r"sends us on to example\.org"):
            ask(site.url())
    assert set(looked) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/feed", "gopher://example.org",
        "//example.org/feed", "feed", "", "http://", "http://user:secret@example.org/feed",
        "http://example.org/a b",
        "http://example.org/\r\nHost: inside", "http://example.org:0/", "http://example.org:99999/",
        "http://[::1/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(FetchFailed):
        Fetcher(listed=anybody).get(url)


def test_a_feed_is_fetched_with_what_it_says_of_its_version(site: Site) -> None:
    headers = {"ETag": '"v1"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}
    site.replies["/feed?all=1"] = Reply(b"<rss/>", headers=headers | {"Content-Type": "text/xml"})
    answer = site.fetcher().get(site.url("/feed?all=1"))
    assert (answer.body, answer.content_type) == (b"<rss/>", "text/xml")
    assert (answer.etag, answer.last_modified) == tuple(headers.values())
    ((_, asked),) = site.asked
    assert "If-None-Match" not in asked


def test_the_next_time_it_is_asked_whether_anything_changed(site: Site) -> None:
    site.replies["/feed"] = Reply(status=304)
    answer = site.fetcher().get(site.url(), etag='"v1"', last_modified="Mon, 02 Nov 2026")
    assert answer.body is None
    ((_, asked),) = site.asked
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"v1"', "Mon, 02 Nov 2026")


def test_a_few_redirects_are_followed_and_not_for_ever(site: Site) -> None:
    site.replies["/old"] = Reply(status=301, headers={"Location": "/feed"})
    site.replies["/feed"] = Reply(b"here")
    site.replies["/round"] = Reply(status=302, headers={"Location": "/round"})
    answer = site.fetcher().get(site.url("/old"))
    assert (answer.body, answer.url) == (b"here", site.url("/feed"))
    with pytest.raises(FetchFailed, match="more than 3 times"):
        site.fetcher().get(site.url("/round"))


@pytest.mark.parametrize("drip", [0.05, 0.4])
def test_a_server_that_drips_or_falls_silent_is_given_up(site: Site, drip: float) -> None:
    site.replies["/feed"] = Reply(b"x" * 200, drip=drip)
    began = time.monotonic()
    with pytest.raises(FetchFailed, match=r"too long|in time"):
        site.fetcher(step=0.2, whole=0.5).get(site.url())
    assert time.monotonic() - began < 2


def test_the_whole_time_is_for_all_that_one_question_takes(site: Site) -> None:
    site.replies["/feed"] = Reply(b"x", head=405)
    with pytest.raises(FetchFailed, match="in time"):
        site.fetcher(whole=0).status(site.url())
    assert site.asked == []


def test_a_name_that_nobody_looks_up_is_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def silent(*_: object, **__: object) -> list[object]:
        over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    site.hosts.add("silent.example")
    with pytest.raises(FetchFailed, match="in time"):
        site.fetcher(step=0.05).get("http://silent.example/feed")
    over.set()


def test_too_much_is_not_read(site: Site) -> None:
    site.replies["/feed"] = Reply(b"x" * 5000)
    with pytest.raises(FetchFailed, match="larger than 4 KB"):
        site.fetcher(most=4096).get(site.url())
    assert site.fetcher(most=5000).get(site.url()).body == b"x" * 5000


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(status=500), "answers 500"),
        (Reply(status=404), "answers 404"),
        (Reply(b"half", length=1000), "broke off"),
        (Reply(b"x", headers={"Content-Encoding": "gzip"}), "packed"),
        (Reply(status=302), "more than 3 times"),
    ],
)
def test_every_other_answer_is_told_in_words(site: Site, reply: Reply, why: str) -> None:
    site.replies["/feed"] = reply
    with pytest.raises(FetchFailed, match=why):
        site.fetcher().get(site.url())


def test_nobody_there_is_told_too(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    fetcher = Fetcher(listed=anybody, allowed=lambda *_: True)
    with pytest.raises(FetchFailed, match="refuses"):
        fetcher.get(f"http://127.0.0.1:{port}/feed")
    with pytest.raises(FetchFailed, match="no server of that name"):
        fetcher.get("http://no-such-host.invalid/feed")
    with pytest.raises(FetchFailed, match="encryption"):
        fetcher.get(f"https://127.0.0.1:{site.port}/feed")
