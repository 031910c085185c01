"""Run sqlmap and wapiti against the site with its demo, signed in, on this machine alone.

``python -m tests.security.scan [minutes]``: starts the site on a free port, signs in as a leader,
lets both tools look (sqlmap at most that many minutes a page, wapiti at most that many in all), and
fails with what they found, with answers of 500 and more, and with what they did not get to.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from mentorship.config import ROOT
from mentorship.demo.sign_ins import DEMO_PASSWORD

ACCESS = "access.log"
LEADER = "leader@example.org"
ASKED = (  # pages that look things up by words, beside those that wapiti finds
    "/toolkit/search?q=visa&of=resource&page=1",
    "/toolkit/resources?q=visa&page=1",
    "/toolkit/facts?kind=resource&page=1",
    "/news?topic=match&page=1",
    "/toolkit/experience?q=a",
    "/equity/licensing?show=gap",
)
# Not cookieflags: over plain http on this machine there is no Secure; tests look at the cookie.
MODULES = "sql,timesql,xss,permanentxss,exec,file,redirect,crlf,http_headers"
ENDS_THE_VISIT = (  # a tool that follows these is a stranger from then on
    *("/logout", "/change", "/login", "/account", "/register", "/reset", "/confirm", "/verify"),
    "/memberships",
)


def _start(folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(os.environ.get("PORT", "0"))))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "MENTORSHIP_MODE": "development",
        "INSTANCE_DIR": str(folder),
        "PORT": str(port),
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "set-up", "--demo"]
    subprocess.run(flask, cwd=ROOT, env=environment, check=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    log = ["--access-logfile", str(folder / ACCESS), "--access-logformat", "%(s)s %(m)s %(U)s"]
    process = subprocess.Popen(
        [*gunicorn, *log, "--bind", f"127.0.0.1:{port}", "tests.security.scanned:app"],
        cwd=ROOT,
        env=environment,
    )
    address = f"http://localhost:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=30).close()
        except OSError:
            time.sleep(1)
        else:
            return address, process
    process.terminate()
    raise RuntimeError("the site did not answer within five minutes")


def _sign_in(address: str) -> str:
    """Sign in as a browser would and return the cookie."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}/login", timeout=30).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, "the sign-in page has no token"
    form = {"csrf_token": token.group(1), "email": LEADER, "password": DEMO_PASSWORD}
    browser.open(f"{address}/login", urllib.parse.urlencode(form).encode(), timeout=30).close()
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
    assert _signed_in(address, cookie), "signing in failed"
    return cookie


def _signed_in(address: str, cookie: str) -> bool:
    browser = urllib.request.build_opener()
    browser.addheaders = [("Cookie", cookie)]
    with browser.open(f"{address}/home", timeout=30) as home:
        return "/login" not in home.url


def _sqlmap(address: str, cookie: str, folder: Path, minutes: int) -> Iterator[str]:
    for path in ASKED:
        arguments = [
            *(str(ROOT / ".security/sqlmap/bin/sqlmap"), "--batch", "--level", "2", "--risk", "1"),
            *("--url", address + path, "--cookie", cookie, "--threads", "2", "--flush-session"),
            *("--output-dir", str(folder / "sqlmap"), "--disable-coloring", "--skip-waf"),
            *("--param-exclude", "sealed", "--technique", "BEU", "--timeout", "20"),
        ]
        start = time.monotonic()
        try:
            done = subprocess.run(
                arguments, capture_output=True, text=True, check=False, timeout=minutes * 60
            )
        except subprocess.TimeoutExpired:
            yield f"sqlmap {path}: not done after {minutes} minutes"
            continue
        clean = "do not appear to be injectable" in done.stdout
        took = time.monotonic() - start
        print(f"sqlmap {path}: {'nothing' if clean else 'see below'}, {took:.0f} s", flush=True)
        if not clean:
            yield f"sqlmap {path}: {done.stdout[-800:]}"


def _wapiti(address: str, cookie: str, folder: Path, minutes: int) -> Iterator[str]:
    report = folder / "wapiti.json"
    away = [word for path in ENDS_THE_VISIT for word in ("--exclude", f"{address}{path}*")]
    subprocess.run(
        [
            *(str(ROOT / ".security/wapiti3/bin/wapiti"), "--url", f"{address}/home"),
            *("--format", "json", "--output", str(report), "--header", f"Cookie: {cookie}"),
            *("--module", MODULES, "--scope", "domain", "--depth", "3", *away),
            *("--max-scan-time", str(minutes * 45), "--max-attack-time", str(minutes * 10)),
            *("--max-links-per-page", "40", "--flush-session", "--no-bugreport"),
            *("--endpoint", address, "--store-session", str(folder / "wapiti")),
        ],
        check=False,
    )
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    print(f"wapiti looked at {told['infos'].get('crawled_pages_nbr')} addresses", flush=True)
    for part in ("vulnerabilities", "anomalies"):
        for kind, each_of in told[part].items():
            yield from (f"wapiti {kind}: {e['method']} {e['path']} {e['info']}" for e in each_of)


def _faults(log: Path) -> Iterator[str]:
    """Yield what the site answered with 500 and more; print how much it answered."""
    lines = [line.split(" ", 1) for line in log.read_text(encoding="utf-8").splitlines()]
    statuses = [status for status, _ in lines]
    refused = statuses.count("429")
    print(f"{len(lines)} requests, {len({what for _, what in lines})} addresses, {refused} x 429")
    yield from sorted({f"{status} {what}" for status, what in lines if status >= "500"})


def main(minutes: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        address, process = _start(folder)
        try:
            cookie = _sign_in(address)
            found = [*_sqlmap(address, cookie, folder, minutes)]
            found += _wapiti(address, cookie, folder, minutes)
            if not _signed_in(address, cookie):
                found.append("the visit ended before the tools did: the rest is a stranger's view")
        finally:
            process.terminate()
            process.wait(timeout=40)
        found += _faults(folder / ACCESS)
    print("\n".join(found) or "sqlmap and wapiti found nothing")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
