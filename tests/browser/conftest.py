"""The real service, started as a person would start it, and a visitor with a real Chromium.

Every page a visitor comes to is looked at in two widths: axe-core finds nothing, the browser
reports no breach of the content security policy and no script error, and nothing scrolls sideways.
Axe takes a second for a page, so it looks at those that hold an element unlike all before: in its
tag, classes and role, and those of what it stands in; and pages of the same address and headings
are not made wide and narrow again. Labels, headings and ids are checked on every page of every test
(``tests/page.py``).
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from mentorship.app import create_app
from mentorship.config import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = (ROOT / "tests/vendor/axe/axe.min.js").read_text(encoding="utf-8")
SHOTS = Path(__file__).parent / "screenshots"
SIZES = {"phone": (320, 740), "desktop": (1280, 900)}
WATCH = """
window.__breaches = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__breaches.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}`);
});
"""


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def server(instance: Path) -> Iterator[str]:
    """The service with its demo section, under gunicorn, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    environment = os.environ | {
        "MENTORSHIP_MODE": "development",
        "INSTANCE_DIR": str(instance),
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "set-up", "--demo"], cwd=ROOT, env=environment, check=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    web = [*gunicorn, "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    commands = [shlex.join(web), shlex.join([*flask, "worker"])]
    process = subprocess.Popen(
        [sys.executable, "script/together", *commands], cwd=ROOT, env=environment
    )
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def app(server: str, instance: Path) -> Flask:
    """The same service in this process, on the same database."""
    port = server.rpartition(":")[2]
    environment = {"MENTORSHIP_MODE": "development", "INSTANCE_DIR": str(instance), "PORT": port}
    return create_app(Settings.from_env(os.environ | environment))


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        assert process.poll() is None, "the service stopped at its start"
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  our own address
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the service did not answer within 80 seconds")


STORED = """async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map((each) => each.name), ...(await caches.keys())]"""


ELEMENTS = """() => {
  const kind = (each) => [each.localName,
    ...["class", "role", "type"].map((name) => each.getAttribute(name))].join(".");
  return [...new Set([...document.querySelectorAll("body *")].map((each) =>
    `${kind(each.parentElement)} ${kind(each)}`))];
}"""
LOOKED_AT: set[tuple[str, str]] = set()  # size of the screen, and kind of page or element


class Visitor:
    """Somebody at a browser. ``look`` checks the page they are on; moving about calls it.

    ``only`` is the one size of screen that they have. Without JavaScript axe does not run: the
    pages are the same.
    """

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        javascript: bool = True,
        only: str = "",
        shots: bool = False,
    ) -> None:
        self.address, self.javascript, self.shots = address, javascript, shots
        self.sizes = {only: SIZES[only]} if only else SIZES
        width, height = [*self.sizes.values()][-1]
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        self.context.add_init_script(WATCH)
        self.page: Page = self.context.new_page()
        self.script_errors: list[str] = []
        self.page.on("pageerror", lambda error: self.script_errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.set_default_timeout(15_000)

    def _hear(self, said: ConsoleMessage) -> None:
        if "Permissions-Policy" in said.text:  # a power whose name the browser does not know
            self.script_errors.append(said.text)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.look()

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button called ``name`` in the main part and look at where it leads."""
        self._leave_by(self.page.locator("main").get_by_role("button", name=name).first)

    def press_twice(self, name: str | re.Pattern[str]) -> None:
        """Press a button with a double click, as people do who are used to icons.

        The second click may break off the way the first one opened, which is no error here.
        """
        button = self.page.locator("main").get_by_role("button", name=name).first
        with self.page.expect_event("load"):
            button.dblclick()
        self.page.wait_for_load_state("networkidle")
        self.look()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the link called ``name`` in the main part and look at where it leads."""
        self._leave_by(self.page.locator("main").get_by_role("link", name=name).first)

    def _leave_by(self, way_out: Locator) -> None:
        with self.page.expect_navigation():
            way_out.click()
        self.look()

    def press_and_wait(self, name: str | re.Pattern[str], address: str, *, times: int = 1) -> None:
        """Press a button that starts some work, and wait for the page it ends on."""
        self.page.locator("main").get_by_role("button", name=name).first.click(click_count=times)
        end = time.monotonic() + 60
        while not re.search(address, self.page.url):  # wait_for_url fails on a broken-off way, too
            assert time.monotonic() < end, f"still on {self.page.url}"
            self.page.wait_for_timeout(50)
        self.page.wait_for_load_state()
        self.look()

    def sign_in(self, email: str, password: str) -> None:
        self.go("/login")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press("Sign in")

    def reads(self, text: str | re.Pattern[str]) -> None:
        main = self.page.locator("main").inner_text()
        found = text.search(main) if isinstance(text, re.Pattern) else text in main
        assert found, f"{self.page.url}: {text!r} is not in:\n{main[:3000]}"

    def look(self) -> None:
        where = self.page.url.removeprefix(self.address)
        page = self._kind_of_page(where)
        kinds: list[str] = self.page.evaluate(ELEMENTS) if self.javascript else []
        for size, (width, height) in self.sizes.items():
            new = {(size, kind) for kind in (page, *kinds)} - LOOKED_AT
            if not new and not self.shots:
                continue
            self.page.set_viewport_size({"width": width, "height": height})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{where}: {wide} px wide on a {width} px screen"
            if self.shots:
                self._shoot(where, size if self.javascript else f"{size}-no-script")
            if new - {(size, page)}:
                assert self._axe() == [], f"{where} ({size})"
            LOOKED_AT.update(new)
        if not self.javascript:
            return
        assert self.page.evaluate("window.__breaches") == [], where
        assert self.script_errors == [], where
        assert self.page.evaluate(STORED) == [], where

    def _kind_of_page(self, where: str) -> str:
        """Return address and headings of a page, without keys and numbers."""
        said = " ".join((where, *self.page.locator("main :is(h1, h2)").all_inner_texts()))
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "", said)
        return kind if self.javascript else f"without JavaScript: {kind}"

    def _axe(self) -> list[str]:
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE)
        found = self.page.evaluate(
            "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v =>"
            " `${v.id}: ${v.help}: ${v.nodes.map(n => n.html).slice(0, 3).join(' | ')}`))"
        )
        return list(found)

    def _shoot(self, where: str, size: str) -> None:
        name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", where).strip("/").replace("/", "-")
        SHOTS.mkdir(exist_ok=True)
        file = SHOTS / f"{re.sub(r'[^A-Za-z0-9-]+', '_', name) or 'landing'}.{size}.png"
        self.page.screenshot(path=file, full_page=True)


@pytest.fixture
def visitor(
    server: str, browser: Browser, pytestconfig: pytest.Config
) -> Iterator[Callable[..., Visitor]]:
    """Bring in a new person, with a browser that knows nobody yet. They all leave with the test."""
    made: list[Visitor] = []

    def bring(*, javascript: bool = True, only: str = "") -> Visitor:
        shots = pytestconfig.getoption("--shots")
        made.append(Visitor(browser, server, javascript=javascript, only=only, shots=shots))
        return made[-1]

    yield bring
    for one in made:
        one.context.close()
