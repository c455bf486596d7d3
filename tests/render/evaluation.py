"""A small evaluator of pipeline expressions: what the service would put into a request."""

from typing import Any

EXECUTION = {
    "Execution.PipelineExecutionId": "abcdef123456",
    "Execution.PipelineExecutionArn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/x/execution/abcdef123456",
}


class Unresolved(Exception):
    """A reference to something that the definition does not declare."""


class Evaluator:
    """Evaluates expressions against `parameters` (name → value) and `files` (step, property file → document)."""

    def __init__(self, parameters: dict[str, Any], files: dict[tuple[str, str], Any] | None = None) -> None:
        self.parameters = parameters
        self.files = files or {}
        self.read: list[tuple[str, str, str]] = []

    def value(self, expression: Any) -> Any:
        """`expression` with everything known put in; a step's property becomes an S3 URI that names it."""
        if isinstance(expression, list):
            return [self.value(item) for item in expression]
        if not isinstance(expression, dict):
            return expression
        if expression.keys() == {"Get"}:
            return self._get(expression["Get"])
        if expression.keys() == {"Std:Join"}:
            join = expression["Std:Join"]
            return join["On"].join(_text(self.value(item)) for item in join["Values"])
        if expression.keys() == {"Std:JsonGet"}:
            return self._json_get(expression["Std:JsonGet"])
        return {key: self.value(item) for key, item in expression.items()}

    def _get(self, path: str) -> Any:
        kind, _, name = path.partition(".")
        if kind == "Parameters" and name in self.parameters:
            return self.parameters[name]
        if path in EXECUTION:
            return EXECUTION[path]
        if kind == "Steps":
            return f"s3://sagemaker-student01/of/{name.replace(chr(39), '').replace('[', '.').replace(']', '')}"
        raise Unresolved(path)

    def _json_get(self, call: dict[str, Any]) -> Any:
        _, step, _, name = call["PropertyFile"]["Get"].split(".")
        self.read.append((step, name, call["Path"]))
        value: Any = self.files.get((step, name), _Anything())
        for key in call["Path"].split("."):
            value = value[key]
        return 0.9297 if isinstance(value, _Anything) else value


class _Anything:
    def __getitem__(self, _: str) -> "_Anything":
        return self


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def defaults(definition: dict[str, Any]) -> dict[str, Any]:
    """Parameter name → default value."""
    return {parameter["Name"]: parameter["DefaultValue"] for parameter in definition["Parameters"]}
