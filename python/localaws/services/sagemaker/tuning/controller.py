"""The life of a tuning job: start trials, watch them, stop poor ones, find the best."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localaws.api.errors import AwsError
from localaws.api.validation import parse
from localaws.iam import Principal
from localaws.services.sagemaker.jobs.lifecycle import FINAL, INTERNAL_ERROR
from localaws.services.sagemaker.jobs.training import create_training_job, stop_training_job
from localaws.services.sagemaker.tuning.completion import Completion
from localaws.services.sagemaker.tuning.definitions import Definition
from localaws.services.sagemaker.tuning.stopping import Hyperband, MedianRule, NoStopping, StoppingRule
from localaws.services.sagemaker.tuning.strategies import Observation, Strategy, make_strategy
from localaws.services.sagemaker.tuning.trials import Trial, best_of
from localaws.store import Record, tag_list

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["Controller"]

_TICK_SECONDS = 0.05
_ATTEMPTS = 5  # trials without any success after which AWS gives a tuning job up


class Controller:
    """Runs one tuning job in a background thread.

    `caller` is who created the tuning job: on AWS, too, it is not the trials' role that needs CreateTrainingJob.
    `parents` are what a warm start knows: for each definition the trials of the parents.
    """

    def __init__(
        self,
        stack: Account,
        record: Record,
        definitions: list[Definition],
        caller: Principal,
        parents: Mapping[int, list[Observation]],
    ) -> None:
        self._stack = stack
        self._record = record
        self._definitions = definitions
        self._caller = caller
        self._parents = parents
        config = record.described["HyperParameterTuningJobConfig"]
        self._limits: dict[str, Any] = config["ResourceLimits"]
        seed = config.get("RandomSeed", secrets.randbits(31))
        name = config["Strategy"]
        self._strategies: list[Strategy | None] = [
            make_strategy(name, definition.space, seed + index) for index, definition in enumerate(definitions)
        ]
        self._rule = _rule(config)
        self._completion = Completion(config, definitions[0].maximize)
        self._budget = self._limits.get("MaxNumberOfTrainingJobs") or int(sum(each.space.size for each in definitions))
        self.trials: list[Trial] = []
        self._running: list[Trial] = []
        self._turn = 0
        self._began = time.monotonic()

    def start(self) -> None:
        """Go to the background; the record's `done` is set at the end, whatever happens."""
        self._stack.spawn(f"tuning-{self._record.name}", self._main)

    def stop(self) -> None:
        """End the trials, and then the tuning job."""
        self._record.internal["stopping"].set()

    def _main(self) -> None:
        status, reason = "Failed", INTERNAL_ERROR
        try:
            status, reason = self._run()
        except AwsError as error:
            reason = error.message
        finally:
            self._end_trials()
            self._stack.store.update(
                self._record,
                HyperParameterTuningJobStatus=status,
                HyperParameterTuningEndTime=self._stack.clock(),
                FailureReason=reason[:1024] or None,
                **self._progress(),
            )
            self._record.done.set()

    def _run(self) -> tuple[str, str]:
        """Run trials until there is an end; the final status and a failure's reason."""
        while True:
            if ended := [trial for trial in self._running if trial.ended]:
                self._running = [trial for trial in self._running if trial not in ended]
                self._completion.seen(ended, self._stack.clock())
                self._stack.store.update(self._record, **self._progress())
            if self._stack.shutdown.is_set() or self._record.internal["stopping"].is_set():
                return "Stopped", ""
            if reason := self._hopeless(_ATTEMPTS):
                return "Failed", reason
            if self._completion.reached or self._out_of_time():
                return "Completed", ""
            started = self._launch()
            if not self._running and not started:
                return ("Failed", reason) if (reason := self._hopeless(1)) else ("Completed", "")
            for trial in self._running:
                if trial.status == "InProgress" and self._rule.poor(trial, self.trials):
                    self._stop_trial(trial)
            self._stack.shutdown.wait(_TICK_SECONDS)

    def _launch(self) -> bool:
        """Start as many trials as the limits allow; whether any was started."""
        started = False
        while len(self._running) < self._limits["MaxParallelTrainingJobs"] and len(self.trials) < self._budget:
            chosen = self._next()
            if chosen is None:
                break
            self._begin(*chosen)
            started = True
        return started

    def _next(self) -> tuple[Definition, dict[str, str]] | None:
        """Hyperparameters for the next trial; definitions take turns."""
        for _ in self._definitions:
            index = self._turn % len(self._definitions)
            self._turn += 1
            strategy, definition = self._strategies[index], self._definitions[index]
            if strategy is None:
                continue
            own = [trial.observation() for trial in self.trials if trial.definition is definition]
            point = strategy.next([*self._parents.get(index, ()), *own])
            if point is not None:
                return definition, point
            self._strategies[index] = None
        return None

    def _begin(self, definition: Definition, point: dict[str, str]) -> None:
        name = f"{self._record.name}-{len(self.trials) + 1:03d}-{secrets.token_hex(4)}"
        request = definition.training_request(name, point, tag_list(self._record.tags))
        create_training_job(self._stack, parse("CreateTrainingJob", request), self._caller)
        record = self._stack.store.get("TrainingJob", name)
        self._stack.store.update(record, TuningJobArn=self._record.arn)
        trial = Trial(definition, point, record)
        self.trials.append(trial)
        self._running.append(trial)
        self._stack.store.update(self._record, **self._progress())

    def _stop_trial(self, trial: Trial) -> None:
        try:
            stop_training_job(self._stack, {"TrainingJobName": trial.record.name}, self._caller)
        except AwsError:
            # It has come to its end between the look and the request.
            if trial.status not in FINAL:
                raise

    def _end_trials(self) -> None:
        for trial in self._running:
            if trial.status == "InProgress":
                self._stop_trial(trial)
        for trial in self._running:
            trial.record.done.wait()
        self._running = []

    def _hopeless(self, attempts: int) -> str:
        """Why the tuning job cannot succeed after so many ended trials, in AWS's words; empty while it may."""
        ended = [trial for trial in self.trials if trial.ended]
        if len(ended) < attempts or any(trial.score is not None for trial in ended):
            return ""
        if all(trial.status == "Failed" for trial in ended):
            if len(ended) < _ATTEMPTS:
                return "All training jobs failed. Please take a look at the training jobs failures to get more details."
            return (
                f"No training job succeeded after {len(ended)} attempts. For additional details, please take a look at "
                "the training job failures by listing training jobs for the hyperparameter tuning job."
            )
        return (
            f"No objective metrics found after running {len(ended)} training jobs. Please ensure that the custom "
            "algorithm is emitting the objective metric as defined by the regular expression provided."
        )

    def _out_of_time(self) -> bool:
        seconds = self._limits.get("MaxRuntimeInSeconds")
        return seconds is not None and time.monotonic() - self._began >= seconds

    def _progress(self) -> dict[str, Any]:
        """The described members that change while trials run."""
        statuses = [trial.counted_as for trial in self.trials]
        objectives = [trial.objective_status for trial in self.trials]
        best = best_of(self.trials)
        changes: dict[str, Any] = {
            "TrainingJobStatusCounters": {
                member: statuses.count(member)
                for member in ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
            },
            "ObjectiveStatusCounters": {
                member: objectives.count(member) for member in ("Succeeded", "Pending", "Failed")
            },
            "TuningJobCompletionDetails": self._completion.details(),
            "ConsumedResources": {"RuntimeInSeconds": round(time.monotonic() - self._began)},
        }
        if best is not None:
            changes["BestTrainingJob"] = best.summary()
        if overall := self._overall(best):
            changes["OverallBestTrainingJob"] = overall
        return changes

    def _overall(self, best: Trial | None) -> dict[str, Any] | None:
        """The best of this tuning job and its parents, where the data are the same."""
        summaries = dict(self._record.internal.get("parents_best", {}))
        if not summaries:
            return None
        if best is not None:
            summaries[self._record.name] = best.summary()
        definition = self._definitions[0]

        def score(job: str) -> float:
            return definition.score(summaries[job]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])

        job = max(summaries, key=score)
        return {**summaries[job], "TuningJobName": job}


def _rule(config: Mapping[str, Any]) -> StoppingRule:
    if config["Strategy"] == "Hyperband":
        resources = config["StrategyConfig"]["HyperbandStrategyConfig"]
        return Hyperband(resources.get("MinResource", 1), resources["MaxResource"])
    if config.get("TrainingJobEarlyStoppingType") == "Auto":
        return MedianRule()
    return NoStopping()
