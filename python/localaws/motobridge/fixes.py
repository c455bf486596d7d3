"""What moto gets wrong and clients of the stack notice."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import unescape

from localaws.api.errors import AwsError
from localaws.api.request import Request
from localaws.iam import is_key_denied
from localaws.motobridge.autoscaling import add_activities, add_tags, delete_policies_with_their_target
from localaws.motobridge.deliveries import POSTING, deliver_in_background
from localaws.motobridge.logs import filter_by_prefix
from localaws.motobridge.memory import (
    close_replaced_objects,
    forget_instances,
    list_without_copies,
    read_times_once,
)
from localaws.motobridge.patterns import bound_matching
from localaws.motobridge.service_roles import leave_trust_to_iam

__all__ = ["after", "apply_fixes", "before"]


# In these ways moto gives any caller credentials, or credentials that work nowhere.
_UNDECIDED = {
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetFederationToken",
    "GetSessionToken",
}


def apply_fixes(service: str) -> None:
    """Change moto's classes once the service's modules are loaded."""
    forget_instances()
    if service == "s3":
        close_replaced_objects()
        list_without_copies()
        read_times_once()
        _leave_bucket_policies_to_iam()
        _let_delete_markers_be_deleted()
    if service == "kms":
        _leave_key_policies_to_iam()
    if service == "scheduler":
        _name_schedules_by_the_path()
    if service == "codepipeline":
        leave_trust_to_iam()
    if service == "cloudwatch":
        _refuse_metrics_of_aws()
    bound_matching(service)
    if service in POSTING:
        deliver_in_background(service)
    if service == "logs":
        filter_by_prefix()
    if service == "applicationautoscaling":
        add_tags()
        add_activities()
        delete_policies_with_their_target()


def before(request: Request) -> None:
    """Refuse what moto would answer wrongly."""
    service = request.scope.service if request.scope else ""
    if service == "sts" and request.operation in _UNDECIDED:
        raise AwsError(
            "AccessDenied",
            f"The local stack does not decide sts:{request.operation}, whose credentials AWS gives to federated users: "
            "use AssumeRole.",
            status=403,
        )


def after(request: Request, content: bytes) -> bytes:
    """Mend the body of an answer."""
    if request.parameters.get("encoding-type") == "url" and b"<ListVersionsResult" in content[:200]:
        return _encode_keys(content)
    return content


def _encode_keys(content: bytes) -> bytes:
    """moto does not encode the keys of ListObjectVersions; Terraform decodes them all the same.

    A key with a plus sign is then never found, and the provider, which empties a bucket before deleting it, never ends.
    """

    def encoded(element: re.Match[bytes]) -> bytes:
        text = quote(unescape(element[2].decode()), safe="/-_.~")
        return b"<%s>%s</%s>" % (element[1], text.encode(), element[1])

    names = rb"<(Key|Prefix|Delimiter|KeyMarker|NextKeyMarker)>([^<]*)</\1>"
    return re.sub(names, encoded, content).replace(b"<Name>", b"<EncodingType>url</EncodingType><Name>", 1)


def _let_delete_markers_be_deleted() -> None:
    """moto frees the content of every version that it deletes, and fails on a delete marker, which has none."""
    from moto.s3.models import FakeDeleteMarker

    def nothing(marker: FakeDeleteMarker, garbage: bool = False) -> None:
        """A delete marker holds nothing."""

    if not hasattr(FakeDeleteMarker, "dispose"):
        setattr(FakeDeleteMarker, "dispose", nothing)  # noqa: B010 (mypy forbids to assign a method)


def _refuse_metrics_of_aws() -> None:
    """moto lets anyone write metrics that only AWS's services write.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html (Namespace). The stack's own
    metrics are written to the backend, not through a request.
    """
    from moto.cloudwatch.exceptions import InvalidParameterValue
    from moto.cloudwatch.responses import CloudWatchResponse
    from moto.core.responses import ActionResult

    put_metric_data = CloudWatchResponse.put_metric_data

    def checked(response: CloudWatchResponse) -> ActionResult:
        namespace = str(response._get_param("Namespace"))
        if namespace.startswith("AWS/"):
            raise InvalidParameterValue(f"The value {namespace} for parameter Namespace is invalid.")
        return put_metric_data(response)

    setattr(CloudWatchResponse, "put_metric_data", checked)  # noqa: B010 (mypy forbids to assign a method)


def _leave_bucket_policies_to_iam() -> None:
    """moto reads a Deny under a condition that it does not know (aws:SecureTransport) as a Deny of every object call.

    Policies are stored and returned as they are; whether a request is allowed is for `localaws.iam.decide` alone.  moto
    asks for each key of a DeleteObjects, and answers for each.
    """
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    def permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
        key = resource.partition(":::")[2].partition("/")[2]
        return PermissionResult.DENIED if is_key_denied(key) else PermissionResult.NEUTRAL

    setattr(FakeBucket, "get_permission", permission)  # noqa: B010 (mypy forbids to assign a method)


def _leave_key_policies_to_iam() -> None:
    """moto reads some Denies of a key policy, without their principals and conditions; `localaws.iam` decides."""
    from moto.kms import responses

    def nothing(key: object, action: str) -> None:
        """Whether the request is allowed was decided before."""

    setattr(responses, "validate_policy", nothing)  # noqa: B010 (mypy forbids to assign a function)


def _name_schedules_by_the_path() -> None:
    """moto takes the query string for a part of the name or ARN at the end of the path."""
    from moto.scheduler.responses import EventBridgeSchedulerResponse

    set_up = EventBridgeSchedulerResponse.setup_class

    def without_query(response: EventBridgeSchedulerResponse, *given: Any, **named: Any) -> None:
        set_up(response, *given, **named)
        response.uri = response.uri.partition("?")[0]

    setattr(EventBridgeSchedulerResponse, "setup_class", without_query)  # noqa: B010 (mypy forbids to assign a method)
