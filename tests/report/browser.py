# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over a pipe by its DevTools protocol: opens pages and tells what they do."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_PATIENCE = 60.0
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--no-first-run", "--disable-extensions", "--disable-background-networking", "--remote-debugging-pipe"),
)


class Browser:
    """A browser with one page; everything that the page logs, throws or asks the network for is kept."""

    def __init__(self, profile: Path) -> None:
        assert PROGRAM is not None
        # The browser reads commands at descriptor 3 and answers at 4, each ended by a zero byte.
        read, self._out = os.pipe()
        self._in, write = os.pipe()
        script = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
        program = [PROGRAM, f"--user-data-dir={profile}", *_FLAGS, "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", script, "bash", str(read), str(write), *program],
            pass_fds=(read, write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self._rest, self._number, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")
        self("Performance.enable", timeDomain="threadTicks")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE)
        os.close(self._out)
        os.close(self._in)

    def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._in, 1 << 20)
            assert part, "the browser ended"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def look(self, width: int, height: int = 900, *, dark: bool = False, media: str = "screen") -> None:
        """Set the size of the window and what the page is shown on."""
        phone = width < 500
        self(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def open(self, path: Path, place: str = "") -> None:
        """Open a page, at a place of it."""
        self._go("about:blank")  # else a change of the place alone would load nothing
        self._go(f"{path.as_uri()}{place}")

    @property
    def busy(self) -> float:
        """Processor time in seconds that the page has taken since it was opened."""
        metrics = {each["name"]: each["value"] for each in self("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"])

    def _go(self, url: str) -> None:
        self.events.clear()
        self("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def value(self, script: str) -> Any:
        """Evaluate an expression in the page."""
        result = self("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    @property
    def complaints(self) -> list[str]:
        """Complaints that the page threw or logged since it was opened."""
        names = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        return [json.dumps(event["params"])[:500] for event in self.events if event.get("method") in names]

    @property
    def requests(self) -> list[str]:
        """Addresses that the page asked for since it was opened, its own and embedded ones left out."""
        sent = (event for event in self.events if event.get("method") == "Network.requestWillBeSent")
        urls = [event["params"]["request"]["url"] for event in sent]
        return [url for url in urls if not url.startswith(("data:", "about:"))][1:]

    def pages(self) -> int:
        """Print the page and count the sheets."""
        self("Emulation.setEmulatedMedia", media="")
        pdf = base64.b64decode(self("Page.printToPDF", printBackground=True)["data"])
        return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ")

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Keep what the window shows, or the whole page, as a PNG file."""
        shown = self("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shown["data"]))
