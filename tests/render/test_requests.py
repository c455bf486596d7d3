"""Every step's request, as AWS would see it with the parameters' defaults, fits the service's own model."""

import copy
from typing import Any

import pytest
from botocore.model import ServiceModel

from render.definitions import DEFINITIONS, RENDERED, REQUESTS, TEMPLATES, committed, filled, steps
from render.evaluation import Evaluator, defaults
from render.service import problems, service_model

# By type of step: the operation, and the name that the pipeline service gives itself.
OPERATIONS = {
    "Processing": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "Training": ("CreateTrainingJob", {"TrainingJobName": "job"}),
    "Tuning": ("CreateHyperParameterTuningJob", {"HyperParameterTuningJobName": "job"}),
    "RegisterModel": ("CreateModelPackage", {}),
}


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return service_model()


def request_of(definition: dict[str, Any], step: str) -> dict[str, Any]:
    found = steps(definition)[step]
    arguments: dict[str, Any] = Evaluator(defaults(definition)).value(found["Arguments"])
    return arguments | OPERATIONS[found["Type"]][1]


def test_every_step_s_request_fits_the_service_model(definition: dict[str, Any], model: ServiceModel) -> None:
    requests = {name: step for name, step in steps(definition).items() if step["Type"] not in ("Condition", "Fail")}
    assert len(requests) == 4
    for name, step in requests.items():
        shape = model.operation_model(OPERATIONS[step["Type"]][0]).input_shape
        assert shape is not None
        assert problems(shape, request_of(definition, name), name) == []


def test_every_template_is_a_definition_or_a_request() -> None:
    assert {*DEFINITIONS, *REQUESTS} == set(TEMPLATES)


@pytest.mark.parametrize("template", REQUESTS)
def test_a_template_of_one_request_fits_the_service_model(template: str, model: ServiceModel) -> None:
    operation, named = REQUESTS[template]
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    assert problems(shape, filled(RENDERED / template) | named, operation) == []


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
    kind = steps(committed("training"))[step]["Type"]
    shape = model.operation_model(OPERATIONS[kind][0]).input_shape
    assert shape is not None
    found = problems(shape, request, step)
    assert len(found) == 1
    assert complaint in found[0]


def test_step_properties_exist(definition: dict[str, Any], model: ServiceModel) -> None:
    """Each `Get` of a step's property names a member of what describes that step's job."""
    described = {kind: operation.replace("Create", "Describe") for kind, (operation, _) in OPERATIONS.items()}
    found = 0
    for path in _gets(definition):
        kind, _, rest = path.partition(".")
        step_name, _, members = rest.partition(".")
        if kind != "Steps" or members.startswith("PropertyFiles."):
            continue
        step = steps(definition)[step_name]
        operation = described[step["Type"]]
        if members.startswith("TrainingJobSummaries"):
            # A tuning step's trials, best first, are properties too (SDK: TuningStep.get_top_model_s3_uri).
            operation = "ListTrainingJobsForHyperParameterTuningJob"
        shape = model.operation_model(operation).output_shape
        for member in members.split("."):
            name, _, key = member.partition("[")
            assert shape is not None
            shape = shape.members[name]
            if key and operation.startswith("List"):
                assert key == "0]"
                shape = shape.member
            elif key:
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
