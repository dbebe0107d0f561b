"""Functions that the isolation tests run inside real confined workers."""

from __future__ import annotations

import os
import resource
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Handler = Callable[[Mapping[str, Any], list[int]], Iterator[Any]]


def serve(options: Mapping[str, Any]) -> Handler:
    def handle(request: Mapping[str, Any], descriptors: list[int]) -> Iterator[Any]:
        yield from getattr(Acts, request["act"])(request, descriptors, options)

    return handle


class Acts:
    @staticmethod
    def echo(request: Mapping[str, Any], _descriptors: list[int], options: Mapping[str, Any]) -> Iterator[Any]:
        yield request["value"]
        yield options.get("greeting")

    @staticmethod
    def read(_request: Mapping[str, Any], descriptors: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        yield os.pread(descriptors[0], 100, 0)

    @staticmethod
    def write_to(_request: Mapping[str, Any], descriptors: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        try:
            os.write(descriptors[0], b"x")
            yield "written"
        except OSError as error:
            yield error.strerror

    @staticmethod
    def surroundings(_r: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        yield {
            "environment": dict(os.environ),
            "uid": os.geteuid(),
            "group": os.getpgrp(),
            "pid": os.getpid(),
            "groups": os.getgroups(),
            "core": list(resource.getrlimit(resource.RLIMIT_CORE)),
        }

    @staticmethod
    def open_files(_r: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        found = []
        for number in range(64):
            try:
                found.append(str(Path(f"/proc/self/fd/{number}").readlink()))
            except FileNotFoundError:
                continue
        yield found

    @staticmethod
    def enclosure(request: Mapping[str, Any], _d: list[int], options: Mapping[str, Any]) -> Iterator[Any]:
        folder = Path(options["folder"])
        (folder / "written").write_text("x")
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), timeout=5).close()
        yield {
            "pid": os.getpid(),
            "processes": sorted(int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()),
            "interfaces": [name for _, name in socket.if_nameindex()],
            "hidden": Path(request["hidden"]).exists(),
            "uid": os.geteuid(),
        }

    @staticmethod
    def connect(request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        try:
            socket.create_connection(("127.0.0.1", request["port"]), timeout=2).close()
            yield "connected"
        except OSError:
            yield "refused"

    @staticmethod
    def open_path(request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        try:
            yield Path(request["path"]).read_text()
        except OSError as error:
            yield error.strerror

    @staticmethod
    def sleep(_request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        yield "going"
        time.sleep(60)

    @staticmethod
    def fork_and_sleep(_request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        child = os.fork()
        if child == 0:
            time.sleep(60)
        yield child
        time.sleep(60)

    @staticmethod
    def burn(_request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        yield "going"
        while True:
            pass

    @staticmethod
    def crash(_request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        yield "going"
        os.abort()

    @staticmethod
    def fail(_request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        yield "going"
        raise KeyError("what")

    @staticmethod
    def grow(_request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        yield len(bytearray(8 << 30))

    @staticmethod
    def raw(request: Mapping[str, Any], _d: list[int], _options: Mapping[str, Any]) -> Iterator[Any]:
        """Answer with bytes that are no frame, straight on the worker's socket."""
        for number in range(3, 32):
            try:
                os.fstat(number)
                socket.socket(fileno=os.dup(number)).sendall(request["bytes"])
            except OSError:
                continue
        yield "sent"
