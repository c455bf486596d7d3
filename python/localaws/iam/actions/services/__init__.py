"""What is known of each service by hand, a table each."""

from collections.abc import Mapping

from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.services import (
    application_autoscaling,
    budgets,
    cloudformation,
    cloudwatch,
    codebuild,
    codepipeline,
    dynamodb,
    ecr,
    events,
    iam,
    kms,
    lambda_,
    logs,
    sagemaker,
    scheduler,
    sns,
    sqs,
    ssm,
    sts,
)

__all__ = ["MAPPINGS"]

MAPPINGS: Mapping[str, ServiceMapping] = {
    "application-autoscaling": application_autoscaling.MAPPING,
    "budgets": budgets.MAPPING,
    "cloudformation": cloudformation.MAPPING,
    "cloudwatch": cloudwatch.MAPPING,
    "codebuild": codebuild.MAPPING,
    "codepipeline": codepipeline.MAPPING,
    "dynamodb": dynamodb.MAPPING,
    "ecr": ecr.MAPPING,
    "events": events.MAPPING,
    "iam": iam.MAPPING,
    "kms": kms.MAPPING,
    "lambda": lambda_.MAPPING,
    "logs": logs.MAPPING,
    "sagemaker": sagemaker.MAPPING,
    "scheduler": scheduler.MAPPING,
    "sns": sns.MAPPING,
    "sqs": sqs.MAPPING,
    "ssm": ssm.MAPPING,
    "sts": sts.MAPPING,
}
"""By the prefix of the service's actions."""
