"""Every step's request, as AWS would see it with the parameters' defaults, fits the service's own model."""

import copy
from typing import Any

import pytest
from botocore.model import ServiceModel

from render.definitions import committed, steps
from render.evaluation import Evaluator, defaults
from render.service import problems, service_model

# The pipeline service gives these names itself.
OPERATIONS = {
    "PreprocessData": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "TrainModel": ("CreateTrainingJob", {"TrainingJobName": "job"}),
    "EvaluateModel": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "RegisterModel": ("CreateModelPackage", {}),
}


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return service_model()


def request_of(definition: dict[str, Any], step: str) -> dict[str, Any]:
    arguments: dict[str, Any] = Evaluator(defaults(definition)).value(steps(definition)[step]["Arguments"])
    return arguments | OPERATIONS[step][1]


@pytest.mark.parametrize("step", OPERATIONS)
def test_request_fits_the_service_model(definition: dict[str, Any], step: str, model: ServiceModel) -> None:
    shape = model.operation_model(OPERATIONS[step][0]).input_shape
    assert shape is not None
    assert problems(shape, request_of(definition, step), step) == []


def test_every_job_and_registration_is_checked(definition: dict[str, Any]) -> None:
    others = {name for name, step in steps(definition).items() if step["Type"] not in ("Condition", "Fail")}
    assert others == OPERATIONS.keys()


@pytest.mark.parametrize(
    ("step", "path", "value", "complaint"),
    [
        ("TrainModel", ["HyperParameters", "eta"], 0.2, "TrainModel.HyperParameters.eta = 0.2 is not a string"),
        ("TrainModel", ["StoppingCondition", "MaxRuntimeInSeconds"], 0, "is not between"),
        ("TrainModel", ["AlgorithmSpecification", "Images"], "x", "is not a member of AlgorithmSpecification"),
        ("PreprocessData", ["ProcessingResources", "ClusterConfig", "InstanceType"], "ml.none", "is none of"),
        ("EvaluateModel", ["RoleArn"], "arn:aws:iam::role/mlops-job", "does not match"),
        ("RegisterModel", ["CustomerMetadataProperties", "note"], "100 %", "does not match"),
        ("RegisterModel", ["ModelMetrics", "ModelQuality"], [], "is not a structure"),
    ],
)
def test_the_check_finds_what_aws_would_refuse(
    model: ServiceModel, step: str, path: list[str], value: Any, complaint: str
) -> None:
    request = copy.deepcopy(request_of(committed("training"), step))
    place = request
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    shape = model.operation_model(OPERATIONS[step][0]).input_shape
    assert shape is not None
    found = problems(shape, request, step)
    assert len(found) == 1
    assert complaint in found[0]


def test_step_properties_exist(definition: dict[str, Any], model: ServiceModel) -> None:
    """Each `Get` of a step's property names a member of what describes that step's job."""
    described = {"Processing": "DescribeProcessingJob", "Training": "DescribeTrainingJob"}
    found = 0
    for path in _gets(definition):
        kind, _, rest = path.partition(".")
        step_name, _, members = rest.partition(".")
        if kind != "Steps" or members.startswith("PropertyFiles."):
            continue
        step = steps(definition)[step_name]
        shape = model.operation_model(described[step["Type"]]).output_shape
        for member in members.split("."):
            name, _, key = member.partition("[")
            assert shape is not None
            shape = shape.members[name]
            if key:
                outputs = step["Arguments"]["ProcessingOutputConfig"]["Outputs"]
                assert key.strip("']") in {output["OutputName"] for output in outputs}
                shape = shape.member
        assert shape is not None
        assert shape.type_name == "string", path
        found += 1
    assert found >= 7


def _gets(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["Get"]] if value.keys() == {"Get"} else []
        return own + [path for item in value.values() for path in _gets(item)]
    if isinstance(value, list):
        return [path for item in value for path in _gets(item)]
    return []
