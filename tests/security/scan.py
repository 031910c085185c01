"""Run sqlmap and wapiti against the site with its demo, signed in, on this machine alone.

``python -m tests.security.scan [minutes]``: starts the site on a free port, signs in as a leader,
lets both tools look (wapiti at most that many minutes), and fails with what they found.
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
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from mentorship.config import ROOT
from mentorship.demo.sign_ins import DEMO_PASSWORD

LEADER = "leader@example.org"
ASKED = (  # pages that look things up by words, beside those that wapiti finds
    "/toolkit/search?q=visa&of=resource&page=1",
    "/toolkit/resources?q=visa&page=1",
    "/toolkit/facts?kind=resource&page=1",
    "/news?topic=match&page=1",
    "/toolkit/experience?q=a",
    "/equity/licensing?show=gap",
)
MODULES = "sql,timesql,xss,permanentxss,exec,file,redirect,crlf,xxe,http_headers,cookieflags"


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
    process = subprocess.Popen(
        [*gunicorn, "--bind", f"127.0.0.1:{port}", "wsgi:app"], cwd=ROOT, env=environment
    )
    address = f"http://localhost:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return address, process
    raise RuntimeError("the site did not answer within a minute")


def _sign_in(address: str) -> str:
    """Sign in as a browser would and return the cookie."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}/login", timeout=30).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, "the sign-in page has no token"
    form = {"csrf_token": token.group(1), "email": LEADER, "password": DEMO_PASSWORD}
    browser.open(f"{address}/login", urllib.parse.urlencode(form).encode(), timeout=30).close()
    home = browser.open(f"{address}/home", timeout=30)
    assert "/login" not in home.url, "signing in failed"
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _sqlmap(address: str, cookie: str, folder: Path) -> list[str]:
    found = []
    for path in ASKED:
        done = subprocess.run(
            [
                *(ROOT / ".security/sqlmap/bin/sqlmap", "--batch", "--level", "2", "--risk", "1"),
                *("--url", address + path, "--cookie", cookie, "--threads", "2", "--flush-session"),
                *("--output-dir", folder / "sqlmap", "--disable-coloring", "--skip-waf"),
                *("--param-exclude", "session", "--technique", "BEU", "--timeout", "20"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        clean = "do not appear to be injectable" in done.stdout
        print(f"sqlmap {path}: {'nothing' if clean else done.stdout[-800:]}", flush=True)
        found += [] if clean else [f"sqlmap {path}"]
    return found


def _wapiti(address: str, cookie: str, folder: Path, minutes: int) -> list[str]:
    report = folder / "wapiti.json"
    subprocess.run(
        [
            *(
                ROOT / ".security/wapiti3/bin/wapiti",
                "--url",
                f"{address}/home",
                "--format",
                "json",
            ),
            *("--output", report, "--header", f"Cookie: {cookie}", "--module", MODULES),
            *("--scope", "domain", "--max-scan-time", str(minutes * 60), "--depth", "3"),
            *("--exclude", f"{address}/logout", "--flush-session", "--no-bugreport"),
            *("--max-links-per-page", "40", "--max-attack-time", str(minutes * 10)),
            *("--store-session", folder / "wapiti"),
        ],
        check=False,
    )
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    pages = told["infos"].get("crawled_pages_nbr")
    print(f"wapiti looked at {pages} addresses", flush=True)
    return [
        f"wapiti {kind}: {each['method']} {each['path']} {each['info']}"
        for part in ("vulnerabilities", "anomalies")
        for kind, each_of in told[part].items()
        for each in each_of
    ]


def main(minutes: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        address, process = _start(folder)
        try:
            cookie = _sign_in(address)
            found = _sqlmap(address, cookie, folder)
            found += _wapiti(address, cookie, folder, minutes)
        finally:
            process.terminate()
            process.wait(timeout=40)
    print("\n".join(found) or "sqlmap and wapiti found nothing")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
