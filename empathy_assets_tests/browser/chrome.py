"""A headless Chromium, driven over its DevTools protocol: open a page, ask it, wait for it, take its picture.

Lives here: the protocol. Must not live here: what a page should show.
"""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_START = 30.0  # seconds a browser may take to open its port on a busy machine
_SEEN = """JSON.stringify([document.body.innerText, [...document.querySelectorAll('svg foreignObject')].map(e => {
  const r = e.getBoundingClientRect();
  return [r.x, r.y, r.width, r.height];
})])"""
_FLAGS = ("--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0")


def executable() -> str | None:
    """Return the path of a Chromium of this machine, or None."""
    named = os.environ.get("CHROME")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._asked = 0
        self.call("Page.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result; events that come in between are passed over."""
        self._asked += 1
        self._connection.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while True:
            reply = json.loads(self._connection.recv(timeout=60))
            if reply.get("id") == self._asked:
                assert "error" not in reply, (method, reply)
                return reply["result"]

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def ask(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def text(self) -> str:
        return str(self.ask("document.body ? document.body.innerText : ''"))

    def until(self, expression: str, seconds: float = 60.0) -> float:
        """Wait until a JavaScript expression is true; return the seconds it took. What a page does not have yet is not true yet."""
        start = time.monotonic()
        while not self.ask(f"(() => {{ try {{ return !!({expression}) }} catch {{ return false }} }})()"):
            assert time.monotonic() - start < seconds, f"not true in {seconds} s: {expression}\n{self.text()[:3000]}"
            time.sleep(0.2)
        return time.monotonic() - start

    def settle(self, still: float = 6.0, seconds: float = 60.0) -> None:
        """Wait until no text has changed and no node of a graph has moved for `still` seconds; after two a graph may yet begin to slide."""
        start = since = time.monotonic()
        seen = self.ask(_SEEN)
        while time.monotonic() - since < still:
            assert time.monotonic() - start < seconds, f"the page still changes after {seconds} s\n{self.text()[:3000]}"
            time.sleep(0.1)
            if (now := self.ask(_SEEN)) != seen:
                seen, since = now, time.monotonic()

    def picture(self, path: Path) -> None:
        """Write what is seen as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def cut(self, box: dict[str, float], *, margin: float = 0.0) -> bytes:
        """Return the part of the page inside `box` (x, y, width, height in CSS pixels) and a margin around it, as PNG."""
        clip = {"x": box["x"] - margin, "y": box["y"] - margin, "width": box["width"] + 2 * margin, "height": box["height"] + 2 * margin}
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", clip={**clip, "scale": 1})["data"])


@contextmanager
def browser(folder: Path, *, width: int = 1600, height: int = 1000) -> Iterator[Page]:
    """Run a browser with an empty profile in `folder` until the block ends; yield its page."""
    binary = executable()
    assert binary, f"no browser found: install Debian's chromium or set CHROME; looked for {NAMES}"
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    command = [binary, *_FLAGS, *root, f"--user-data-dir={folder}", f"--window-size={width},{height}", "about:blank"]
    with (folder.parent / "browser.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        with connect(_address(folder, process), max_size=None, ping_interval=None) as connection:
            page = Page(connection)
            page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
            yield page
    finally:
        process.terminate()
        process.wait(20)


def _address(folder: Path, process: "subprocess.Popen[bytes]") -> str:
    """Return the address of the first tab, once the browser says its port."""
    port, start = folder / "DevToolsActivePort", time.monotonic()
    while time.monotonic() - start < _START:
        assert process.poll() is None, "the browser ended by itself; see browser.log"
        if port.exists() and (lines := port.read_text().splitlines()):
            tabs = httpx.get(f"http://127.0.0.1:{lines[0]}/json/list", trust_env=False).json()
            if pages := [tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"]:
                return pages[0]
        time.sleep(0.1)
    raise AssertionError(f"the browser did not open its port in {_START} s")
