"""Put the OpenID provider that the sign-in tests start into ``tests/provider/node_modules``, as locked."""

from __future__ import annotations

import hashlib

from fetch_browser import ROOT, node

HERE = ROOT / "tests" / "provider"


def main() -> None:
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed-from"
    if not stamp.exists() or stamp.read_text() != lock:
        node("ci", "--prefix", str(HERE), "--no-audit", "--no-fund", "--loglevel=error", module="npm")
        stamp.write_text(lock)
    print("OpenID provider: ready")


if __name__ == "__main__":
    main()
