"""Processes that die, hang, take long or write much: the server goes on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from localaws.runtime.serving import ContainerSpec, Invocation, ModelServer, ServingError

from .conftest import SKLEARN, XGBOOST, Serving, csv, rows

SCRIPT = """
import os, sys, time
def model_fn(model_dir): return time.time()
def transform_fn(model, body, content_type, accept):
    word, _, value = body.partition(" ")
    if word == "sleep":
        time.sleep(float(value))
    if word == "die":
        os.kill(os.getpid(), 9)
    if word == "leave":
        os._exit(int(value))
    if word == "hold":
        os.write(1, f"held by {os.getpid()}\\n".encode())
        time.sleep(float(value))
        return str(os.getpid()), "text/plain"
    if word == "kill":
        os.kill(int(value), 9)
    if word == "print":
        print(value); print("to stderr", file=sys.stderr); sys.stdout.write("x" * 300000 + "\\n")
        sys.stdout.flush(); os.write(1, b"\\xff\\xfe not text\\n"); os.write(1, b"no newline")
    if word == "environment":
        return ",".join(sorted(name for name in os.environ if "AWS" in name)), "text/plain"
    return f"{word} {model}", "text/plain"
"""


def ask(server: ModelServer, words: str, seconds: float = 30.0) -> str:
    return server.invoke(Invocation(words.encode(), "text/csv", timeout_seconds=seconds)).body.decode()


def descendants(process: int) -> list[int]:
    """Process ids below `process`, outermost first."""
    try:
        own = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    return [int(child) for child in own] + [below for child in own for below in descendants(int(child))]


def wait_gone(processes: list[int], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while left := [process for process in processes if Path(f"/proc/{process}").exists()]:
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.02)


def wait_held(serving: Serving, count: int) -> list[str]:
    """The processes of the requests that are held, as soon as there are so many."""
    deadline = time.monotonic() + 60
    while len(holders := [line.split()[2] for _, line in serving.log.lines if line.startswith("held by ")]) < count:
        assert time.monotonic() < deadline, serving.log.lines
        time.sleep(0.01)
    return holders


def first_refusal(server: ModelServer, running: Future[str]) -> ServingError:
    """The first error of requests that are sent while another one runs."""
    while not running.done():
        try:
            ask(server, "late")
        except ServingError as error:
            return error
    raise AssertionError("no request was refused")


def all_processes() -> list[int]:
    return descendants(os.getpid())


@pytest.mark.parametrize(
    ("word", "reason"),
    [("die", "was sent SIGKILL!"), ("leave 7", "exited with code 7."), ("leave 3", "exited with code 3.")],
)
def test_a_worker_that_dies_fails_its_own_call_and_is_replaced(word: str, reason: str, serving: Serving) -> None:
    server = serving.script(SCRIPT, env={"SAGEMAKER_MODEL_SERVER_WORKERS": "1"})
    before = ask(server, "hello")
    with pytest.raises(ServingError, match="ended while it worked on the request") as raised:
        ask(server, word)
    assert (raised.value.kind, raised.value.status, raised.value.hostname) == ("died", 502, "primary")
    after = ask(server, "hello")
    assert after.startswith("hello ")
    assert after != before
    serving.log.wait_for(reason)


def test_a_worker_that_dies_takes_only_its_own_calls_with_it(serving: Serving) -> None:
    server = serving.script(SCRIPT, env={"SAGEMAKER_MODEL_SERVER_WORKERS": "2"})

    def hold(_: int) -> str:
        try:
            return ask(server, "hold 1.5")
        except ServingError as error:
            return error.kind

    with ThreadPoolExecutor(9) as pool:
        held = [pool.submit(hold, number) for number in range(8)]
        holders = wait_held(serving, 8)
        pool.submit(ask, server, f"kill {holders[0]}").exception()
        answers = sorted(future.result() for future in held)
    others = sorted(holder for holder in holders if holder != holders[0])
    assert answers == sorted(["died"] * holders.count(holders[0]) + others)


def test_a_worker_that_ends_with_the_code_of_a_failed_boot_costs_no_other_call(serving: Serving) -> None:
    server = serving.script(SCRIPT, env={"SAGEMAKER_MODEL_SERVER_WORKERS": "2"})
    for _ in range(3):
        with pytest.raises(ServingError):
            ask(server, "leave 3")
        assert ask(server, "hello").startswith("hello ")
    assert not any("it is started again" in line for _, line in serving.log.lines)


def test_idle_workers_killed_from_outside_cost_no_call(serving: Serving, model_dir: Path) -> None:
    before = set(all_processes())
    server = serving.start(ContainerSpec(XGBOOST, {"SAGEMAKER_MODEL_SERVER_WORKERS": "2"}, model_dir))
    invocation = Invocation(csv(rows(1)), "text/csv")
    with ThreadPoolExecutor(8) as pool:
        assert all(answer.ok for answer in pool.map(lambda _: server.invoke(invocation), range(32)))
    started = [process for process in all_processes() if process not in before]
    workers = started[-2:]
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    wait_gone(workers)
    with ThreadPoolExecutor(8) as pool:
        assert all(answer.ok for answer in pool.map(lambda _: server.invoke(invocation), range(32)))


def test_a_whole_container_that_is_killed_is_started_again(serving: Serving, model_dir: Path) -> None:
    before = set(all_processes())
    server = serving.start(ContainerSpec(XGBOOST, {}, model_dir))
    started = [process for process in all_processes() if process not in before]
    os.kill(started[1], signal.SIGKILL)  # process 1 of the container's namespace
    serving.log.wait_for("it is started again")
    assert server.invoke(Invocation(csv(rows(1)), "text/csv")).ok
    assert server.ping()


def test_slow_requests_do_not_block_others(serving: Serving) -> None:
    server = serving.script(SCRIPT)
    with ThreadPoolExecutor(12) as pool:
        slow = [pool.submit(ask, server, "hold 6") for _ in range(10)]
        held = wait_held(serving, 10)
        for _ in range(10):
            ask(server, "quick")
        assert not any(future.done() for future in slow)
        assert sorted(future.result() for future in slow) == sorted(held)


def test_an_answer_that_takes_too_long_is_not_waited_for(serving: Serving) -> None:
    server = serving.script(SCRIPT)
    began = time.monotonic()
    with pytest.raises(ServingError, match=r"timed out while waiting for a response from container primary") as raised:
        ask(server, "sleep 20", seconds=0.5)
    assert time.monotonic() - began < 5
    assert (raised.value.kind, raised.value.status) == ("timeout", 504)
    assert ask(server, "quick").startswith("quick")


def test_stopping_lets_running_requests_finish_and_takes_no_new_ones(serving: Serving) -> None:
    server = serving.script(SCRIPT)
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(ask, server, "hold 2")
        (holder,) = wait_held(serving, 1)
        stopping = pool.submit(server.stop, 60)
        assert first_refusal(server, running).kind == "stopped"
        assert running.result() == holder
        stopping.result()
    assert not (serving.folder / "server-0").exists()


def test_stopping_ends_what_does_not_end_in_time(serving: Serving) -> None:
    before = set(all_processes())
    server = serving.script(SCRIPT)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(ask, server, "sleep 60", 90)
        time.sleep(0.4)
        began = time.monotonic()
        server.stop(grace_seconds=0.5)
        assert time.monotonic() - began < 5
        with pytest.raises(ServingError) as raised:
            running.result(timeout=5)
        assert raised.value.kind == "died"
    assert set(all_processes()) <= before


def test_every_line_of_output_reaches_the_log(serving: Serving) -> None:
    server = serving.script(SCRIPT)
    ask(server, "print first line")
    serving.log.wait_for("not text")
    server.stop()
    lines = [line for container, line in serving.log.lines if container == "primary"]
    # The processes of a container share one pipe: another one's line may stand before or in the midst of a long one.
    text = "\n".join(lines)
    for words in ("first line", "to stderr", "\ufffd\ufffd not text", "no newline"):
        assert words in text
    assert sum(len(run) for run in re.findall("x{100,}", text)) == 300_000
    assert max(map(len, lines)) <= 262144  # where an event of CloudWatch Logs ends


def test_a_script_sees_the_credentials_that_it_was_given_and_no_others(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "administrator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the stack's own")
    server = serving.start(
        serving.script_container(SCRIPT),
        environment={"AWS_ACCESS_KEY_ID": "role", "AWS_SECRET_ACCESS_KEY": "secret"},
    )
    assert ask(server, "environment") == "AWS_ACCESS_KEY_ID,AWS_EC2_METADATA_DISABLED,AWS_SECRET_ACCESS_KEY"


def test_a_server_that_is_never_healthy_is_given_up_in_time(serving: Serving) -> None:
    server = serving.make(serving.script_container("import time\ntime.sleep(600)\n"))
    began = time.monotonic()
    with pytest.raises(ServingError, match="its server gave no 200 in time"):
        server.start(3)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No model file in /opt/ml/model"),
        (b"hello", "Model /opt/ml/model/xgboost-model cannot be loaded"),
        (b'{"version": [9, 1, 0], "learner": {}}', "It was written by xgboost 9.1.0; this image has"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_explained(
    content: bytes | None, reason: str, serving: Serving, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / ".hidden").write_bytes(b"ignored")
    if content is not None:
        (model / "xgboost-model").write_bytes(content)
    with pytest.raises(ServingError) as raised:
        serving.start(ContainerSpec(XGBOOST, {}, model))
    assert reason in str(raised.value)
    assert raised.value.log


def test_nothing_outlives_a_stack_that_is_killed(tmp_path: Path) -> None:
    program = f"""
        import sys, time
        from pathlib import Path
        from localaws.runtime.images import load_images
        from localaws.runtime.serving import ContainerSpec, ModelServer
        model = Path({str(tmp_path)!r}, "model")
        (model / "code").mkdir(parents=True)
        (model / "code" / "inference.py").write_text("def model_fn(d): return 1")
        spec = ContainerSpec({SKLEARN!r}, {{"SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}}, model)
        server = ModelServer([spec], work_dir=Path({str(tmp_path)!r}, "work"), images=load_images(), environment={{}},
            on_line=lambda *_: None)
        server.start(60)
        print("up", flush=True)
        time.sleep(600)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True) as stack:
        assert stack.stdout
        assert stack.stdout.readline() == "up\n"
        started = descendants(stack.pid)
        assert len(started) >= 3
        stack.kill()
    wait_gone(started)


def test_ping_while_every_thread_is_busy(serving: Serving) -> None:
    server = serving.script(SCRIPT)
    threads = [threading.Thread(target=ask, args=(server, "sleep 1")) for _ in range(30)]
    for thread in threads:
        thread.start()
    assert server.ping()
    for thread in threads:
        thread.join()
