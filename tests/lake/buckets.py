"""An S3-compatible server of the tests' own: SeaweedFS, out of its package, in a folder that goes with it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deltalake._internal import DeltaFileSystemHandler
from deltalake.fs import DeltaStorageHandler
from pyarrow.fs import FileSelector

from tocsin.kernel.ids import random_id
from tocsin.lake.bucket import Bucket, Home

HomeOf = Callable[[Path], Home]
KEY, SECRET = "tocsin-test", "not-a-secret-of-anyone"
BUCKET = "city"


def program() -> str:
    found = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    assert found, "no SeaweedFS here (make setup brings one)"
    return found


def _ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The endpoint, with an empty bucket ``BUCKET``."""
    may = [f"{what}:{BUCKET}" for what in ("Read", "Write", "List", "Tagging")]
    identity = {
        "name": "tocsin",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": [*may, "Admin"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    names = ("master.port", "volume.port", "filer.port", "s3.port")
    # its command lines take no port of 0; gRPC is given one of its own beside each
    ports = dict(zip([n + g for n in names for g in ("", ".grpc")], _ports(8), strict=True))
    argv = [program(), "server", "-s3", "-filer", f"-dir={folder / 'data'}", "-ip=127.0.0.1"]
    argv += [
        "-ip.bind=127.0.0.1",
        "-volume.max=20",
        "-master.volumeSizeLimitMB=64",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    argv += [f"-s3.config={folder / 's3.json'}", *(f"-{name}={port}" for name, port in ports.items())]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(argv, stdout=log, stderr=log, cwd=folder)
    (folder / "pid").write_text(str(server.pid))
    endpoint = f"http://127.0.0.1:{ports['s3.port']}"
    try:
        _until_ready(server, endpoint, folder)
        _make_bucket(f"http://127.0.0.1:{ports['filer.port']}")
        yield endpoint
    finally:
        server.terminate()
        try:
            server.wait(2)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def paused(folder: Path) -> Iterator[None]:
    """As a machine that has gone away: connections open, and nobody answers."""
    pid = int((folder / "pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def options(endpoint: str) -> dict[str, str]:
    """For delta-rs, without any lock: the server keeps its promise of If-None-Match."""
    return {
        "aws_endpoint": endpoint,
        "aws_region": "us-east-1",
        "aws_access_key_id": KEY,
        "aws_secret_access_key": SECRET,
        "aws_allow_http": "true",
        "aws_conditional_put": "etag",
    }


def bucket_at(endpoint: str, most_bytes: int = 10**9) -> HomeOf:
    """Each folder's lake below a prefix of its own."""
    prefixes: dict[Path, str] = {}

    def home(folder: Path) -> Home:
        prefix = prefixes.setdefault(folder, random_id())
        return Bucket(f"s3://{BUCKET}/{prefix}", options(endpoint), folder, most_bytes)

    return home


class Objects:
    """Everything that lies below a lake's table, past the product's own way to it."""

    def __init__(self, bucket: Bucket) -> None:
        url, given = f"{bucket.url}/observations", dict(bucket.options)
        self._handler, self._raw = DeltaStorageHandler(url, given), DeltaFileSystemHandler(url, given)

    def all(self) -> dict[str, bytes]:
        found = self._handler.get_file_info_selector(FileSelector("/", recursive=True))
        names = [one.path for one in found if one.is_file]
        return {name: self._handler.open_input_file(name).read() for name in names}

    def put(self, name: str, data: bytes) -> None:
        # the file that pyarrow wraps around it hands on its own buffers, which the driver refuses
        sink = self._raw.open_output_stream(name)
        sink.write(data)
        sink.close()

    def delete(self, name: str) -> None:
        self._handler.delete_file(name)


def _until_ready(server: subprocess.Popen[bytes], endpoint: str, folder: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, (folder / "log").read_text()[-2000:]
        try:
            urllib.request.urlopen(endpoint, timeout=2)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError((folder / "log").read_text()[-2000:])


def _make_bucket(filer: str) -> None:
    """Buckets are folders of its file server, which answers a little later than S3 does."""
    end = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(f"{filer}/buckets/{BUCKET}/", method="POST"))
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
