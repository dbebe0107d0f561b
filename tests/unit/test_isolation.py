from __future__ import annotations

import itertools
import os
import site
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gate import _confine
from gate.errors import IsolationError, WorkerDied, WorkerTimeout
from gate.isolation import (
    Confinement,
    PrivateFolder,
    Worker,
    WorkerFailed,
    WorkerPool,
    find_program,
    run_program,
    start_program,
)
from gate.isolation.processes import Template
from gate.isolation.surroundings import unprivileged_user

TARGETS = Path(__file__).parent / "worker_targets.py"
MODULE = f"gate_isolation_targets_{os.getpid()}"
_AS_ROOT = [] if os.geteuid() == 0 else ["--map-root-user"]
_UNSHARE = ["unshare", *_AS_ROOT, "--net", "--mount", "--pid", "--fork", "true"]
_GRANTED = subprocess.run(_UNSHARE, check=False, capture_output=True).returncode == 0
needs_enclosure = pytest.mark.skipif(not _GRANTED, reason="no name spaces can be made here")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a process another user id")


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    """Put the functions where an isolated interpreter finds them: beside the installed packages, for this module."""
    place = Path(site.getsitepackages()[0]) / f"{MODULE}.py"
    place.write_text(TARGETS.read_text())
    yield f"{MODULE}:serve"
    place.unlink()


def ask(
    worker: Worker, act: str, descriptors: tuple[int, ...] = (), *, seconds: float = 20, **more: object
) -> list[Any]:
    return list(worker.request({"act": act, **more}, descriptors, seconds=seconds))


@pytest.fixture
def worker(target: str) -> Iterator[Worker]:
    worker = Worker(target, {"greeting": "hello"}, confinement=Confinement(memory_bytes=1 << 30))
    yield worker
    worker.close()


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_answers_frame_by_frame(worker: Worker) -> None:
    assert ask(worker, "echo", value=[1, b"\xff", "é"]) == [[1, b"\xff", "é"], "hello"]


def test_several_requests_in_turn(worker: Worker) -> None:
    assert [ask(worker, "echo", value=n)[0] for n in range(50)] == list(range(50))


def test_reads_an_open_file_that_it_could_not_open_itself(worker: Worker, tmp_path: Path) -> None:
    secret = tmp_path / "artifact"
    secret.write_bytes(b"bytes")
    secret.chmod(0o600)
    with secret.open("rb") as stream:
        assert ask(worker, "read", (stream.fileno(),)) == [b"bytes"]


@as_root
def test_cannot_open_what_only_root_may(worker: Worker, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("secret")
    secret.chmod(0o600)
    tmp_path.chmod(0o755)
    assert ask(worker, "open_path", path=str(secret)) == ["Permission denied"]


def test_environment_is_an_allow_list(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GNUPGHOME", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "PYTHONPATH", "LD_PRELOAD_X"):
        monkeypatch.setenv(name, "secret")
    worker = Worker(target)
    [seen] = ask(worker, "surroundings")
    worker.close()
    assert set(seen["environment"]) <= {"PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "TZ"}
    assert "secret" not in seen["environment"].values()


def test_own_process_group_no_core_dump(worker: Worker) -> None:
    [seen] = ask(worker, "surroundings")
    assert seen["group"] == seen["pid"] != os.getpgrp()
    assert seen["core"] == [0, 0]


@as_root
def test_unprivileged_and_each_under_its_own_id(worker: Worker, target: str) -> None:
    other = Worker(target)
    [first], [second] = ask(worker, "surroundings"), ask(other, "surroundings")
    other.close()
    assert 0 not in (first["uid"], second["uid"])
    assert first["uid"] != second["uid"]
    assert first["groups"] == []


def test_no_network_where_the_kernel_allows(worker: Worker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = ask(worker, "connect", port=server.getsockname()[1])
    assert answer == (["refused"] if worker.no_network else ["connected"])


def test_deadline_kills_worker_and_its_children(target: str) -> None:
    worker = Worker(target)
    frames = worker.request({"act": "fork_and_sleep"}, seconds=1.0)
    child = next(frames)
    with pytest.raises(WorkerTimeout):
        next(frames)
    assert not worker.alive
    assert gone(child)


def test_endless_loop_ends_at_the_deadline(target: str) -> None:
    worker = Worker(target)
    started = time.monotonic()
    with pytest.raises((WorkerTimeout, WorkerDied)):
        ask(worker, "burn", seconds=1.0)
    assert time.monotonic() - started < 5


def test_crash_is_named(target: str) -> None:
    with pytest.raises(WorkerDied) as caught:
        ask(Worker(target), "crash")
    assert caught.value.arguments["how"] == "SIGABRT"


def test_exception_leaves_the_worker_well(worker: Worker) -> None:
    with pytest.raises(WorkerFailed, match="KeyError"):
        ask(worker, "fail")
    assert ask(worker, "echo", value=1)[0] == 1


def test_memory_is_bounded(worker: Worker) -> None:
    with pytest.raises(WorkerFailed, match="MemoryError"):
        ask(worker, "grow")


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\xff\xff\xff", b"\x00\x00\x00\x02\xc1\xc1", b"\x00\x00\x00\x01\x01"],
    ids=["too long", "not messagepack", "not a map"],
)
def test_garbage_from_a_worker_is_its_death(target: str, garbage: bytes) -> None:
    worker = Worker(target)
    with pytest.raises(WorkerDied):
        ask(worker, "raw", bytes=garbage)
    assert not worker.alive


def test_pool_replaces_a_dead_worker(target: str) -> None:
    pool = WorkerPool(1, target)
    with pytest.raises(WorkerDied):
        list(pool.request({"act": "crash"}, seconds=20))
    assert next(pool.request({"act": "echo", "value": 3}, seconds=20)) == 3
    pool.close()


def test_pool_kills_a_worker_whose_answer_is_not_read_to_the_end(target: str) -> None:
    pool = WorkerPool(1, target)
    frames = pool.request({"act": "sleep"}, seconds=20)
    assert next(frames) == "going"
    frames.close()  # type: ignore[attr-defined]  # an iterator by contract, a generator in fact
    assert next(pool.request({"act": "echo", "value": 4}, seconds=20)) == 4
    pool.close()


def test_pool_asks_every_worker(target: str) -> None:
    pool = WorkerPool(2, target)
    answers = pool.everywhere({"act": "surroundings"}, seconds=20)
    assert len(answers) == 1  # only workers that are up are asked, one is started where none is
    pool.close()


def test_workers_die_with_the_gate(target: str) -> None:
    """A gate that is killed outright leaves no process behind."""
    script = (
        f"from gate.isolation import Worker, PrivateFolder, start_program\nimport time\nw = Worker({target!r})\n"
        "f = PrivateFolder('t')\np = start_program(['sleep', '60'], folder=f)\n"
        "print(w.pid, p.pid, f.path, flush=True)\ntime.sleep(60)"
    )
    gate = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert gate.stdout is not None
    worker, program, folder = gate.stdout.readline().split()
    gate.kill()
    gate.wait()
    gate.stdout.close()
    assert gone(int(worker))
    assert gone(int(program))
    Path(folder).rmdir()


# --- workers that a template forks ----------------------------------------------------------------------------


@pytest.fixture
def pool(target: str) -> Iterator[WorkerPool]:
    pool = WorkerPool(2, target, {"greeting": "hello"}, confinement=Confinement(memory_bytes=1 << 30))
    yield pool
    pool.close()


def template_of(pool: WorkerPool) -> int:
    assert pool._template is not None
    return pool._template.pid


def test_workers_of_a_pool_are_forks_confined_each_by_itself(pool: WorkerPool) -> None:
    asking = [pool.request({"act": "surroundings"}, seconds=20) for _ in range(2)]
    surroundings = [next(answer) for answer in asking]  # both are in use at the same time
    assert [list(answer) for answer in asking] == [[], []]
    pids = {each["pid"] for each in surroundings}
    assert len(pids) == 2
    assert all(each["group"] == each["pid"] for each in surroundings)
    assert all(
        int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) == template_of(pool) for pid in pids
    )
    assert all(set(each["environment"]) == {"PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "TZ"} for each in surroundings)
    if os.geteuid() == 0:
        users = {each["uid"] for each in surroundings}
        assert len(users) == 2
        assert 0 not in users


@as_root
def test_no_two_processes_share_an_id_whoever_started_the_other(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another gate of nearly the same process id counts through the same ids."""
    (surroundings,) = pool.request({"act": "surroundings"}, seconds=20)
    ids = _confine.UNPRIVILEGED_IDS
    its_number = (ids.index(surroundings["uid"]) - os.getpid() * 31) % len(ids)
    monkeypatch.setattr("gate.isolation.surroundings._numbers", itertools.count(its_number))
    assert unprivileged_user() == ids[(ids.index(surroundings["uid"]) + 1) % len(ids)]
    pool.close()
    monkeypatch.setattr("gate.isolation.surroundings._numbers", itertools.count(its_number))
    assert unprivileged_user() == surroundings["uid"]


def test_a_fork_holds_no_file_but_its_own_socket(pool: WorkerPool) -> None:
    (files,) = pool.request({"act": "open_files"}, seconds=20)
    assert [name.split(":")[0] for name in files if "socket" in name] == ["socket"]
    assert len(files) == 4  # the three standard ones lead nowhere
    assert [name for name in files if "socket" not in name] == ["/dev/null"] * 3


def test_a_crash_of_a_fork_is_named_and_the_next_one_is_well(pool: WorkerPool) -> None:
    for _ in range(3):
        with pytest.raises(WorkerDied) as caught:
            list(pool.request({"act": "crash"}, seconds=20))
        assert caught.value.arguments["how"] == "SIGABRT"
        assert list(pool.request({"act": "echo", "value": 1}, seconds=20)) == [1, "hello"]


def test_forks_die_with_their_template_and_a_new_one_takes_its_place(pool: WorkerPool) -> None:
    ((first,),) = [list(pool.request({"act": "surroundings"}, seconds=20))]
    old = template_of(pool)
    os.kill(old, 9)
    assert gone(first["pid"])
    ((second,),) = [list(pool.request({"act": "surroundings"}, seconds=20))]
    assert second["pid"] != first["pid"]
    assert template_of(pool) != old


def test_an_exchange_that_is_broken_off_ends_the_template(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt between question and answer must not leave the answer to whoever asks next."""
    ((first,),) = [list(pool.request({"act": "surroundings"}, seconds=20))]
    template = pool._template
    assert template is not None
    monkeypatch.setattr(template._channel, "receive", interrupted)
    worker = pool._all[0]
    with pytest.raises(KeyboardInterrupt):
        worker.kill()
    assert gone(first["pid"])
    assert gone(template.pid)
    ((second,),) = [list(pool.request({"act": "surroundings"}, seconds=20))]
    assert second["pid"] != first["pid"]


def interrupted(**_: object) -> object:
    raise KeyboardInterrupt


def test_a_worker_ended_by_two_threads_at_once_is_collected_once(target: str) -> None:
    """Its owner sees it die while the pool clears up: neither may take the other workers with it."""
    template = Template(target, ())
    try:
        for _ in range(10):
            fork = Worker(target, template=template)
            with ThreadPoolExecutor(2) as threads:
                ended = [threads.submit(fork.kill) for _ in range(2)]
            assert [each.result() for each in ended] == [None, None]
            assert template.alive
            assert template._forks == {}
    finally:
        template.close()


def test_workers_that_crash_at_once_take_no_other_with_them(target: str) -> None:
    """The pool looks at workers which their owners are ending at that very moment."""
    pool = WorkerPool(6, target, {"greeting": "hello"})
    pool.warm()
    template = template_of(pool)

    def work(number: int) -> None:
        for turn in range(12):
            kind = (turn + number) % 4
            if kind < 2:
                assert list(pool.request({"act": "echo", "value": turn}, seconds=20)) == [turn, "hello"]
            elif kind == 2:
                assert next(pool.request({"act": "echo", "value": turn}, seconds=20)) == turn  # not read to the end
            else:
                with pytest.raises(WorkerDied):
                    list(pool.request({"act": "crash"}, seconds=20))

    try:
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(work, range(6)))
        assert template_of(pool) == template
    finally:
        pool.close()


def test_closing_does_not_wait_for_a_worker_that_comes_up(target: str) -> None:
    slow = Path(site.getsitepackages()[0]) / f"{MODULE}_slow.py"
    slow.write_text("import time\ntime.sleep(30)\n")
    try:
        pool = WorkerPool(1, target, preload=[slow.stem])
        pool.warm()
        begin = time.monotonic()
        pool.close()
        assert time.monotonic() - begin < 15
    finally:
        slow.unlink()


def test_a_pool_that_is_closed_leaves_no_process(target: str) -> None:
    for asked in (True, False):
        pool = WorkerPool(1, target)
        pool.warm()
        template = template_of(pool)
        pids = [pool._all[0].pid] if asked else []
        pool.close()
        assert all(gone(pid) for pid in [template, *pids])


def test_forks_die_with_the_gate(target: str) -> None:
    script = (
        f"from gate.isolation import WorkerPool\nimport time\np = WorkerPool(1, {target!r})\np.warm()\n"
        "print(p._template.pid, p._all[0].pid, flush=True)\ntime.sleep(60)"
    )
    gate = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert gate.stdout is not None
    template, worker = gate.stdout.readline().split()
    gate.kill()
    gate.wait()
    gate.stdout.close()
    assert gone(int(template))
    assert gone(int(worker))


def test_without_pidfd_workers_are_started_afresh(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.isolation.pools.can_fork", lambda: False)
    pool = WorkerPool(1, target, {"greeting": "hello"})
    try:
        assert list(pool.request({"act": "echo", "value": 1}, seconds=20)) == [1, "hello"]
        assert pool._template is None
    finally:
        pool.close()


def test_program_runs_confined() -> None:
    done = run_program(["id", "-u"], seconds=20)
    assert done.status == 0
    assert int(done.stdout) > 0
    assert (int(done.stdout) == os.geteuid()) == (os.geteuid() != 0)


def test_program_output_is_bounded() -> None:
    done = run_program(["head", "-c", "300000", "/dev/zero"], seconds=20, output_bytes=1000)
    assert (done.status, len(done.stdout), done.truncated) == (0, 1000, True)


def test_program_deadline() -> None:
    started = time.monotonic()
    with pytest.raises(WorkerTimeout):
        run_program(["sleep", "30"], seconds=0.5)
    assert time.monotonic() - started < 5


def test_program_that_leaves_a_child_holding_its_output_is_killed() -> None:
    started = time.monotonic()
    done = run_program(["sh", "-c", "sleep 30 & echo done"], seconds=3)
    assert done.stdout == b"done\n"
    assert time.monotonic() - started < 10


def test_program_not_installed() -> None:
    with pytest.raises(IsolationError, match="no-such-program"):
        run_program(["no-such-program"], seconds=1)


def test_programs_are_not_taken_from_the_callers_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "id"
    trap.write_text("#!/bin/sh\necho trapped\n")
    trap.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program("id") != str(trap)


def test_started_program_and_its_folder_go() -> None:
    with PrivateFolder("test") as folder:
        program = start_program(["sh", "-c", "echo up; sleep 60 & sleep 60"], folder=folder)
        assert program.output.readline() == b"up\n"
        pid = program.pid
        program.kill()
        assert gone(pid)
    assert not folder.path.exists()


@as_root
def test_private_folder_belongs_to_the_confined_user() -> None:
    with PrivateFolder("test") as folder:
        done = run_program(["sh", "-c", "id -u > file && cat file"], folder=folder, seconds=20)
        assert int(done.stdout) == folder.user == (folder.path / "file").stat().st_uid
        assert folder.path.stat().st_mode & 0o777 == 0o700


def test_a_worker_can_come_up_while_nobody_waits(target: str) -> None:
    worker = Worker(target, {"greeting": "hello"}, wait=False)
    try:
        assert ask(worker, "echo", value=1) == [1, "hello"]
        assert worker.unprivileged
    finally:
        worker.close()


def test_a_warm_pool_tells_at_the_first_request_that_its_worker_did_not_come_up() -> None:
    pool = WorkerPool(1, "gate.no_such_module:serve")
    try:
        pool.warm()
        with pytest.raises(WorkerDied):
            list(pool.request({}, seconds=20))
    finally:
        pool.close()


@needs_enclosure
def test_an_enclosure_has_its_own_processes_network_and_files(target: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    assert str(tmp_path).startswith("/tmp")  # noqa: S108  # what is hidden inside
    with PrivateFolder("test") as folder:
        options = {"folder": str(folder.path)}
        worker = Worker(target, options, confinement=Confinement(enclosed=str(folder.path)), folder=folder)
        (seen,) = ask(worker, "enclosure", hidden=str(tmp_path / "secret"))
        assert seen["pid"] == 1
        assert seen["processes"] == [1]
        assert seen["interfaces"] == ["lo"]
        assert seen["hidden"] is False
        assert seen["uid"] == (folder.user if os.geteuid() == 0 else os.geteuid())
        assert worker.no_network
        assert list(folder.path.iterdir()) == []  # what was written lies in the enclosure's memory
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert ask(worker, "connect", port=server.getsockname()[1]) == ["refused"]
        worker.kill()
        with pytest.raises(WorkerDied):
            ask(worker, "enclosure", hidden="/")


@needs_enclosure
def test_an_enclosure_that_cannot_be_had_is_an_error() -> None:
    with pytest.raises(WorkerDied):
        Worker("gate.doctor.full:idle", confinement=Confinement(enclosed="/proc/no-such-place"))
