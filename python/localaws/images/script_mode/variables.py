"""The SM_* variables and the arguments that a training script gets."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Training", "read_training"]

# Hyperparameters that are for the toolkit and not for the script.
INTERNAL = frozenset(
    {
        "sagemaker_program",
        "sagemaker_submit_directory",
        "sagemaker_enable_cloudwatch_metrics",
        "sagemaker_region",
        "sagemaker_container_log_level",
        "sagemaker_job_name",
        "sagemaker_s3_output",
        "default_user_module_name",
        "_tuning_objective_metric",
    }
)


@dataclass(frozen=True)
class Training:
    """What the toolkit knows of its job. `code` is where the script is installed."""

    ml: Path
    hyperparameters: dict[str, Any]
    internal: dict[str, Any]
    resources: dict[str, Any]
    channels: dict[str, Any]

    @property
    def code(self) -> Path:
        return self.ml / "code"

    @property
    def program(self) -> str | None:
        """The entry point's name, relative to `code`."""
        return self.internal.get("sagemaker_program") or os.environ.get("SAGEMAKER_PROGRAM")

    @property
    def source(self) -> str | None:
        """Where the code is to be fetched from; None where it lies in `code` already."""
        return self.internal.get("sagemaker_submit_directory") or os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY")

    def arguments(self) -> list[str]:
        """`--name value` for every hyperparameter of the user's, in the order of their names."""
        words = []
        for name, value in sorted(self.hyperparameters.items()):
            words += [f"--{name}" if len(name) > 1 else f"-{name}", _argument(value)]
        return words

    def variables(self) -> dict[str, str]:
        """Every SM_* variable, as text."""
        host, group = self.resources["current_host"], self.resources.get("current_group_name", "homogeneousCluster")
        framework = os.environ.get("SAGEMAKER_FRAMEWORK", "")
        program = self.program or ""
        parameters = {name: value for name, value in self.internal.items() if name not in INTERNAL}
        groups = {entry["instance_group_name"]: entry for entry in self.resources.get("instance_groups", ())}
        values: dict[str, Any] = {
            "channel_input_dirs": {name: str(self.ml / "input" / "data" / name) for name in self.channels},
            "current_host": host,
            "current_instance_type": self.resources.get("current_instance_type") or "local",
            "current_instance_group": group,
            "current_instance_group_hosts": groups.get(group, {}).get("hosts", []),
            "distribution_instance_groups": [],
            "framework_module": f"sagemaker_{framework}_container.training:main" if framework else None,
            "hosts": self.resources["hosts"],
            "hyperparameters": self.hyperparameters,
            "input_config_dir": str(self.ml / "input" / "config"),
            "input_data_config": self.channels,
            "input_dir": str(self.ml / "input"),
            "instance_groups": list(groups),
            "instance_groups_dict": groups,
            "is_hetero": False,
            "is_master": host == self.resources["hosts"][0],
            "job_name": os.environ.get("TRAINING_JOB_NAME", ""),
            "log_level": self.internal.get("sagemaker_container_log_level", 20),
            "master_hostname": self.resources["hosts"][0],
            "model_dir": str(self.ml / "model"),
            "module_dir": self.source or str(self.code),
            "module_name": program.removesuffix(".py"),
            "network_interface_name": self.resources.get("network_interface_name", "eth0"),
            "num_cpus": os.cpu_count() or 1,
            "num_gpus": 0,
            "num_neurons": 0,
            "output_data_dir": str(self.ml / "output" / "data"),
            "output_dir": str(self.ml / "output"),
            "output_intermediate_dir": str(self.ml / "output" / "intermediate"),
            "resource_config": self.resources,
            "user_entry_point": program,
        }
        shown = {name: value for name, value in values.items() if name != "channel_input_dirs"}
        shown["hps"] = shown.pop("hyperparameters")
        shown |= {
            "channels": sorted(self.channels),
            "framework_params": parameters,
            "training_env": values | {"additional_framework_parameters": parameters},
            "user_args": self.arguments(),
        }
        shown |= {f"channel_{name}": path for name, path in values["channel_input_dirs"].items()}
        shown |= {f"hp_{name}": value for name, value in self.hyperparameters.items()}
        return {f"SM_{name.upper()}": _text(value) for name, value in shown.items()}


def read_training(ml: Path) -> Training:
    """Read /opt/ml/input/config; hyperparameters are JSON where they can be, else text."""
    config = ml / "input" / "config"
    decoded = {name: _decoded(value) for name, value in _read(config / "hyperparameters.json").items()}
    internal = {name: value for name, value in decoded.items() if name in INTERNAL or name.startswith("sagemaker_")}
    return Training(
        ml=ml,
        hyperparameters={name: value for name, value in decoded.items() if name not in internal},
        internal=internal,
        resources=_read(config / "resourceconfig.json"),
        channels=_read(config / "inputdataconfig.json"),
    )


def _decoded(text: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return text


def _argument(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ",".join(f"{name}={entry}" for name, entry in sorted(value.items()))
    return str(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _read(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return dict(content)
