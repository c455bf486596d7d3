"""The tokens that rendering leaves in `*.tftpl` files and Terraform's `templatefile()` fills.

A token's pattern is a promise in both directions: Terraform fills nothing else, and no value that matches it can break
the JSON around it (none of the patterns admits a quotation mark, a backslash or a control character).
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["TOKENS", "Token", "describe", "token"]

_S3_URI = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9_.*'()!/=+@:-]*[A-Za-z0-9_.*'()!=+@:-]"
_PREFIX = r"[A-Za-z0-9_.=-]+(?:/[A-Za-z0-9_.=-]+)*"
_IMAGE = r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.[a-z0-9.-]+/[a-z0-9._/-]+[:@][A-Za-z0-9._:-]+"


@dataclass(frozen=True)
class Token:
    """One hole in a template: what fills it, the whole-value pattern of the filling, and an example."""

    description: str
    pattern: str
    example: str


TOKENS: dict[str, Token] = {
    "batch_input_prefix": Token(
        "Key prefix of the objects that a batch transform reads, without a slash at an end.",
        _PREFIX,
        "data/batch-input",
    ),
    "batch_output_prefix": Token(
        "Key prefix that batch transforms write their predictions under, without a slash at an end.",
        _PREFIX,
        "batch-output",
    ),
    "bucket": Token(
        "Name of the bucket that holds data, code and every output.",
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "sagemaker-student01",
    ),
    "code_sha256": Token(
        "SHA-256 of the code folder that the jobs run, as 64 hexadecimal digits.",
        r"[0-9a-f]{64}",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ),
    "code_uri": Token(
        "S3 URI of the folder with run.py, without a slash at the end.",
        _S3_URI,
        "s3://sagemaker-student01/scripts/jobs/9f86d081884c7d65",
    ),
    "input_data_uri": Token(
        "S3 URI of the training data (an object or a prefix): the default of parameter InputData.",
        _S3_URI,
        "s3://sagemaker-student01/data/training/2c26b46b68ffc68f/adult.csv",
    ),
    "job_name_prefix": Token(
        "Beginning of the names of the pipeline's jobs, with two hyphens at the end: others have single ones.",
        r"[A-Za-z0-9](?:-*[A-Za-z0-9]){0,29}--",
        "mlops-student01--",
    ),
    "job_role_arn": Token(
        "ARN of the role that every job runs with.",
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+",
        "arn:aws:iam::123456789012:role/mlops-student01-job",
    ),
    "model_name": Token(
        "Name of the model that serves.",
        r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}",
        "xgboost-model-student01",
    ),
    "model_package_group": Token(
        "Name of the model package group that versions are registered in.",
        r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}",
        "xgboost-models-student01",
    ),
    "schema_uri": Token(
        "S3 URI of the data set's schema.json: the default of parameter SchemaUri.",
        _S3_URI,
        "s3://sagemaker-student01/data/schema/fcde2b2edba56bf4/schema.json",
    ),
    "sklearn_image": Token(
        "URI of the scikit-learn image, built from images.json for the region.",
        _IMAGE,
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
    ),
    "source_commit": Token(
        "Commit of the source tree, or a word such as unknown where there is none.",
        r"[A-Za-z0-9._/+-]{1,256}",
        "4c1f9d0e5b2a7d3c8e6f1a0b9c8d7e6f5a4b3c2d",
    ),
    "splits_prefix": Token(
        "Key prefix of the encoded splits that tuning reads, without a slash at an end.",
        _PREFIX,
        "tuning/splits/2c26b46b68ffc68f",
    ),
    "tuned_models_prefix": Token(
        "Key prefix that trials write their models under, without a slash at an end.",
        _PREFIX,
        "tuning/models",
    ),
    "xgboost_image": Token(
        "URI of the XGBoost image, built from images.json for the region.",
        _IMAGE,
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
    ),
}


def token(name: str) -> str:
    """The text that stands for `name` in a template; KeyError for a token that `TOKENS` does not define."""
    if name not in TOKENS:
        raise KeyError(f"token {name!r} is not defined; add it to TOKENS in mlops/render/tokens.py")
    return f"${{{name}}}"


def describe(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """`names` as plain data for tokens.json: name → description, pattern, example."""
    return {
        name: {
            "description": TOKENS[name].description,
            "example": TOKENS[name].example,
            "pattern": f"^{TOKENS[name].pattern}$",
        }
        for name in sorted(names)
    }
