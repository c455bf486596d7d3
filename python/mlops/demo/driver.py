"""The demo from an empty machine to an empty machine, phase by phase."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from mlops.aws import clients, executions, job_kinds, job_logs, names
from mlops.aws.errors import UserError, explain
from mlops.aws.terraform import Terraform
from mlops.commands import empty, run_pipeline
from mlops.commands.display.steps import Progress
from mlops.commands.plugin_dir import plugin_dir
from mlops.demo import batch, child, endpoints, leftovers, sandbox, tuning
from mlops.demo.screen import Phase, Screen
from mlops.demo.stack import LocalStack

__all__ = ["Demo"]


class Demo:
    """One run in ``<project>/build/demo``.

    Args:
        project: the checkout's top folder.
        keep: leave the stack and what was applied to it running.
    """

    def __init__(self, project: Path, student_id: str, *, keep: bool = False) -> None:
        self.project = project
        self.student_id = student_id
        self.keep = keep
        self.folder = project / "build" / "demo"
        self.home = self.folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "demo.log"
        self._stack_is_ours = False
        self._user_environment = dict(os.environ)
        self._kept = self.folder / "kept"
        self._temporary = leftovers.temporary_folder(self.folder)
        self._environment = sandbox.clean_environment(os.environ, self.home) | {
            leftovers.MARK: str(self.folder),
            "TMPDIR": str(self._temporary),
        }
        self.stack = LocalStack(self.folder / "localaws", self._environment)

    def run(self) -> int:
        """Exit code 0 when every phase went through, 1 when one failed, 130 after Ctrl-C; always cleans up."""
        with leftovers.alone(self.folder), self.log.open("w", encoding="utf-8") as log:
            for name in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(name, _as_interrupt)
            screen = Screen(sys.stdout, log)
            done = False
            try:
                self._phases(screen)
                done = True
            except KeyboardInterrupt:
                screen.say("\nInterrupted: ending the local stack ...")
                return 130
            except (UserError, BotoCoreError, ClientError) as error:
                said = error if isinstance(error, UserError) else explain(error)
                screen.say(f"\nFailed in '{screen.current}': {said}")
                screen.say(f"Its log: {self.log}\nThe stack's logs: {self.stack.home}")
                return 1
            finally:
                if not done:
                    self._clean_up()
            screen.say("\n" + screen.times())
            if self.keep:
                self._kept.touch()
                screen.say(self._how_to_look_around())
        return 0

    def down(self) -> int:
        """Ends what ``keep`` or a demo that was killed left running."""
        with leftovers.alone(self.folder):
            self._clear()
        print("The demo's local stack is down.")
        return 0

    def _clear(self) -> bool:
        """Ends everything of the demo and removes its temporary files; whether anything still ran."""
        found = self.stack.down()
        found = leftovers.kill_marked(self.folder) or found
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._kept.unlink(missing_ok=True)
        return found

    def _make_way(self, screen: Screen) -> None:
        """Raises ``UserError`` where a kept demo runs; what a killed one left running is ended."""
        if self._kept.exists() and self.stack.runs():
            raise UserError("the local stack of an earlier `make demo` still runs: end it with `make demo-down`")
        if self._clear():
            screen.say("  ended what an earlier demo, which was killed, had left running")
        self._temporary.mkdir(mode=0o700)

    def _phases(self, screen: Screen) -> None:
        if began := os.environ.get("MLOPS_DEMO_BEGAN"):
            screen.phases.append(Phase("install", "overhead", seconds=max(time.time() - float(began), 0.0)))
        with screen.phase("find Terraform's AWS provider", "overhead"):
            plugins = plugin_dir(self._user_environment)
            screen.say(f"  {plugins or 'in the registry'}")
        with screen.phase("local stack up", "overhead"):
            self._make_way(screen)
            self._stack_is_ours = True
            account = self.stack.up()
            self._environment = sandbox.sealed(self.stack.environment(), self.home)
            os.environ.clear()
            os.environ.update(self._environment)
            sandbox.check_local(os.environ, account)
            screen.say(f"  {os.environ['AWS_ENDPOINT_URL']} answers as account {account}")
        root = self.folder / "root"
        sandbox.compose_root(self.project, root)
        variables = {"student_id": self.student_id}
        terraform = Terraform(root, variables, screen.terraform_line, self._environment)
        with screen.phase("terraform init", "terraform"), self._plugin_cache() as cache:
            online = sandbox.downloading(self._environment, self._user_environment, cache)
            Terraform(root, variables, screen.terraform_line, online).init(plugins)
        with screen.phase("terraform apply", "terraform"):
            terraform.apply()
            outputs = terraform.outputs()
        with screen.phase("ask the endpoints", "overhead"):
            for line in endpoints.ask(self.project, outputs):
                screen.say(f"  {line}")
        with screen.phase("create_pipeline.py", "overhead"):
            self._create_pipeline(screen, outputs)
        with screen.phase("pipeline execution", "jobs") as phase:
            phase.job_seconds = self._execute(screen)
        with screen.phase("tune: 4 trials, 2 at a time", "jobs") as phase:
            said, phase.job_seconds = tuning.tune(
                self.project, self.student_id, outputs["tuning_role_arn"], self.folder / "tuning", self._environment
            )
            for line in said:
                screen.say(f"  {line}")
        with screen.phase("batch transform", "jobs") as phase:
            said, phase.job_seconds = batch.transform(
                self.project, self.student_id, outputs["model_name"], self._environment
            )
            for line in said:
                screen.say(f"  {line}")
        with screen.phase("terraform plan: is it still empty?", "terraform"):
            if terraform.plan():
                raise UserError("after apply and an execution, terraform plan wants changes; the log names them")
        if self.keep:
            return
        with screen.phase("empty the bucket and the registry", "overhead"):
            screen.say(
                "  " + empty.delete_data(self.student_id, outputs["bucket"], None, lambda line: screen.say(f"  {line}"))
            )
        with screen.phase("terraform destroy", "terraform"):
            terraform.destroy()
        with screen.phase("local stack down", "overhead"):
            self._clear()

    @contextmanager
    def _plugin_cache(self) -> Iterator[Path]:
        """The downloads of earlier runs, unless the last one was cut short: Terraform would use half a plugin."""
        cache, unfinished = self.folder / "plugins", self.folder / "init-unfinished"
        if unfinished.exists():
            shutil.rmtree(cache, ignore_errors=True)
        unfinished.touch()
        yield cache
        unfinished.unlink()

    def _create_pipeline(self, screen: Screen, outputs: Mapping[str, Any]) -> None:
        script = str(self.project / "python" / "create_pipeline.py")
        saved = str(self.folder / "pipeline.json")
        said = child.run(
            [sys.executable, script, self.student_id, outputs["pipeline_role_arn"], "--output", saved],
            self._environment,
        )
        screen.say("  " + said.splitlines()[0])

    def _execute(self, screen: Screen) -> float:
        """Runs the pipeline and reports; returns the seconds for which its jobs themselves ran."""
        sagemaker = clients.client("sagemaker")
        arn = executions.start(sagemaker, names.pipeline_name(self.student_id), {})
        screen.say(f"  {arn}")
        with Progress() as progress:
            ended = run_pipeline.watch(sagemaker, arn, progress)
        run_pipeline.report(sagemaker, ended, clients.client("s3"))
        if ended.status != "Succeeded":
            self._keep_logs(screen, ended)
            raise UserError(f"the pipeline execution ended {ended.status}: {ended.failure}")
        return sum(executions.job_seconds(sagemaker, step) for step in ended.steps)

    def _keep_logs(self, screen: Screen, ended: executions.Execution) -> None:
        """The stack, and the jobs' logs with it, will be gone when the user wants to read them."""
        for step in ended.steps:
            if step.status == "Failed" and step.job:
                kind, _ = job_kinds.find(clients.client("sagemaker"), step.job)
                file = self.folder / f"{step.name}.log"
                lines = job_logs.lines(clients.client("logs"), kind, step.job, set())
                file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
                screen.say(f"  the log of {step.name} is kept in {file}")

    def _clean_up(self) -> None:
        """Ends the stack, unless it is not ours to end; nothing can interrupt this, and it takes a second."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        if self._stack_is_ours:
            self._clear()

    def _how_to_look_around(self) -> str:
        student = self.student_id
        return f"""
The stack is still running. In a shell:
  export LOCALAWS_HOME={self.stack.home} PATH={Path(sys.executable).parent}:$PATH
  eval "$(localaws env)"
  aws sagemaker list-pipelines
  aws sagemaker start-pipeline-execution --pipeline-name {names.pipeline_name(student)}
  aws sagemaker list-model-packages --model-package-group-name {names.model_package_group(student)}
  mlops run pipeline {student} -p AucThreshold=0.99
  python validate_tasks.py aiml_hard --student-id {student}
{"" if shutil.which("aws") else "(There is no aws on the PATH yet: python -m pip install awscli)"}
To end it: make demo-down"""


def _as_interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
