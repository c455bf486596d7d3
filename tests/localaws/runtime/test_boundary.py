"""What a job can reach of this machine: its own folders, and the rest read-only, without keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from localaws.runtime import sandbox, visible
from localaws.stack import Stack

pytestmark = pytest.mark.skipif(sandbox.kind() != "namespaces", reason="this machine has no user namespaces")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that jobs see, as if their interpreter lay there, with a stack's home and a user's home in it."""
    stack, user = tmp_path / "stack", tmp_path / "user"
    for path in (
        stack / "stack.json",
        stack / "work" / "jobs" / "another" / "ml" / "data.csv",
        user / ".aws" / "credentials",
        user / ".netrc",
        user / ".pyenv" / "bin" / "python3",
        user / "project" / "code.py",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("secret")
    monkeypatch.setattr(visible, "_hidden", set())
    visible.hide(stack, stack / "work")
    monkeypatch.setenv("HOME", str(user))
    monkeypatch.setenv("TOKEN_OF_THE_USER", "secret")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def run(host: Path, script: str, launch: tuple[str, ...] = (), program: str = "", **changes: object) -> list[str]:
    """The lines that a job of the stack prints; `program` runs in the place of the supervisor's own entry."""
    folder = host / "stack" / "work" / "jobs" / "this"
    (folder / "ml").mkdir(parents=True, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOST": str(host), "HOME": str(folder / "scratch" / "home")}
    words = [sys.executable, "-c", f"import json, os, pathlib\n{script}"]
    command = sandbox.Command(words, environment, "/", **changes)  # type: ignore[arg-type]
    line = sandbox.prepare(command, folder / "ml", folder / "scratch", sys.executable)
    if program:
        start = f"import sys; sys.path.insert(0, {line[-3]!r}); sys.argv = ['', 'supervisor', {line[-1]!r}]\n"
        line = [sys.executable, "-I", "-S", "-c", start + program]
    ended = subprocess.Popen(
        [*launch, *line],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=sandbox.supervisor_environment(),
    )
    with ended:
        assert ended.stdout
        assert ended.stderr
        lines, errors = ended.stdout.read().splitlines(), ended.stderr.read()
    assert ended.returncode == 0, errors
    return lines


SEES = "print(json.dumps(sorted(os.listdir(os.environ['HOST'] + '/{}'))))"


@pytest.mark.parametrize(
    ("folder", "seen"),
    [
        ("stack", ["work"]),
        ("stack/work/jobs", ["this"]),
        ("stack/work/jobs/this/scratch", ["home", "packages"]),
        ("user", ["project"]),
    ],
)
def test_keys_and_other_jobs_are_not_there(host: Path, folder: str, seen: list[str]) -> None:
    assert json.loads(run(host, SEES.format(folder))[0]) == seen


def test_the_keys_of_another_stack_in_the_default_home_are_not_there(
    host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = host / "state" / "localaws" / "stack.json"
    key.parent.mkdir(parents=True)
    key.write_text("secret")
    monkeypatch.setenv("XDG_STATE_HOME", str(host / "state"))
    Stack("us-east-1", "310000000000", host / "stack" / "work", "", host / "stack")
    assert run(host, SEES.format("state/localaws")) == ["[]"]


def test_an_interpreter_among_hidden_files_stays(host: Path) -> None:
    seen = run(host, SEES.format("user/.pyenv/bin"), keep=(str(host / "user" / ".pyenv" / "bin" / "python3"),))
    assert json.loads(seen[0]) == ["python3"]


def of_runtime(host: Path, python: Path, script: str) -> str:
    """What a job of the runtime `python` prints."""
    folder = host / "stack" / "work" / "jobs" / "this"
    (folder / "ml").mkdir(parents=True)
    command = sandbox.Command([str(python), "-I", "-c", script], {}, "/")
    line = sandbox.prepare(command, folder / "ml", folder / "scratch", str(python))
    reading, writing = os.pipe()
    said = subprocess.run(line, stdin=reading, stdout=subprocess.PIPE, text=True, check=True).stdout
    for descriptor in (reading, writing):
        os.close(descriptor)
    return said


def test_an_interpreter_of_hidden_folders_runs(host: Path) -> None:
    venv.create(host / "user" / ".venvs" / "torch", with_pip=False)
    python = host / "user" / ".local" / "bin" / "python3"
    python.parent.mkdir(parents=True)
    python.symlink_to("../../.venvs/torch/bin/python")
    (host / "user" / ".local" / "token").touch()
    script = "import os, sys; print(os.listdir(os.path.dirname(os.path.dirname(sys.executable))))"
    assert of_runtime(host, python, script) == "['bin']\n"


def test_an_editable_package_in_a_hidden_folder_is_imported(host: Path) -> None:
    environment, source = host / "user" / ".venvs" / "torch", host / "user" / ".local" / "src"
    venv.create(environment, with_pip=False)
    source.mkdir(parents=True)
    (source / "tiny.py").touch()
    (source.parent / "token").touch()
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "tiny.pth").write_text(f"{source}\n")
    script = f"import os, tiny; print(os.listdir({str(source.parent)!r}))"
    assert of_runtime(host, environment / "bin" / "python", script) == "['src']\n"


def test_no_process_but_its_own_is_visible_and_none_holds_the_users_environment(host: Path) -> None:
    lines = run(
        host,
        "looks = {'environ': pathlib.Path.read_text, 'mem': lambda p: p.open('rb').close(), 'fd': os.listdir,\n"
        "         'cwd': os.readlink, 'root': os.readlink}\n"
        "for p in sorted(p for p in os.listdir('/proc') if p.isdigit()):\n"
        "    for name, look in looks.items():\n"
        "        try:\n"
        "            print(p, name, 'TOKEN_OF_THE_USER' in str(look(pathlib.Path('/proc', p, name))))\n"
        "        except PermissionError:\n"
        "            print(p, name, 'denied')\n",
    )
    assert {line.split()[0] for line in lines} == {"1", "2"}
    assert not [line for line in lines if "True" in line]
    assert {f"1 {name} denied" for name in ("environ", "mem", "cwd", "root")} <= set(lines)


WRITES = """
host = os.environ['HOST']
for path in ('/', '/usr', '/etc', '/opt', '/run', '/dev', host, host + '/user/project', host + '/stack', '/opt/ml',
             '/opt/ml/model', '/tmp', '/var/tmp', '/dev/shm', os.environ['HOME']):
    try:
        pathlib.Path(path, 'of-a-job').write_text('x')
        print(path)
    except OSError:
        pass
for path in ('/proc/sys/kernel/core_pattern', '/sys/kernel/uevent_helper', '/sys/power/state'):
    try:
        os.close(os.open(path, os.O_WRONLY))
        print(path)
    except OSError:
        pass
open('/dev/null', 'w').write('x')
"""
WRITABLE = ["/opt/ml", "/tmp", "/var/tmp", "/dev/shm"]


def writable(host: Path) -> list[str]:
    return [*WRITABLE, str(host / "stack" / "work" / "jobs" / "this" / "scratch" / "home")]


def test_a_job_writes_to_its_own_folders_only(host: Path) -> None:
    (host / "model").mkdir()
    assert run(host, WRITES, mounts=((str(host / "model"), "model"),)) == writable(host)
    assert not Path("/dev/shm/of-a-job").exists()
    assert not Path("/var/tmp/of-a-job").exists()


def test_a_kernel_without_mount_setattr_keeps_the_same_boundary(host: Path) -> None:
    program = "from supervisor import main, system; system.MOUNT_SETATTR = 9999; sys.exit(main.main())"
    assert run(host, WRITES, program=program) == writable(host)


def test_a_host_with_a_masked_proc_shows_none_of_its_processes(host: Path) -> None:
    masked = ("unshare", "-rm", "sh", "-c", 'mount --bind /dev/null /proc/uptime && exec "$@"', "sh")
    seen = run(host, "print(json.dumps(sorted(os.listdir('/proc'))))", launch=masked)
    assert json.loads(seen[0]) == ["cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "uptime", "version"]


UNDOES = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
host = os.environ['HOST'].encode()
def tries():
    for path in (host + b'/stack', host + b'/user', b'/dev', b'/run', b'/proc/sys'):
        for flags in (0, 2):
            libc.umount2(path, flags)
    for flags in (32, 32 | 4096):
        libc.mount(None, b'/', None, ctypes.c_ulong(flags), None)
        libc.mount(None, host, None, ctypes.c_ulong(flags), None)
    libc.mount(b'proc', b'/tmp', b'proc', ctypes.c_ulong(0), None)
    libc.chroot(b'/proc/1/root')
    os.chdir('/')
    print(os.path.exists(host + b'/stack/stack.json'), os.path.exists(host + b'/user/.netrc'), flush=True)
    try:
        open(host + b'/user/project/new', 'w')
        print('wrote')
    except OSError:
        pass
tries()
user, group = os.getuid(), os.getgid()
if libc.unshare(0x10000000 | 0x20000) == 0:
    for name, text in (('setgroups', 'deny'), ('uid_map', f'{user} {user} 1'), ('gid_map', f'{group} {group} 1')):
        try:
            pathlib.Path('/proc/self', name).write_text(text)
        except OSError:
            pass
    tries()
"""


def test_a_job_cannot_undo_the_boundary(host: Path) -> None:
    assert set(run(host, UNDOES)) == {"False False"}


def test_an_inherited_descriptor_goes_to_the_program_that_it_is_for(host: Path) -> None:
    reading, writing = os.pipe()
    other, kept = os.pipe()
    script = "print(sorted(int(n) for n in os.listdir('/proc/self/fd') if int(n) > 2))"
    folder = host / "stack" / "work" / "jobs" / "this"
    (folder / "ml").mkdir(parents=True)
    command = sandbox.Command(
        [sys.executable, "-c", f"import os\n{script}"],
        {},
        "/",
        descriptors=(reading,),
        companion=["true"],
        companion_descriptors=(other,),
    )
    line = sandbox.prepare(command, folder / "ml", folder / "scratch", sys.executable)
    said = subprocess.run(line, stdout=subprocess.PIPE, stdin=kept, pass_fds=(reading, other), check=True).stdout
    for descriptor in (reading, writing, other, kept):
        os.close(descriptor)
    seen = json.loads(said)
    assert reading in seen
    assert other not in seen
