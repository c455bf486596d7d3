"""One result of a simulation: the decision, the statements that made it, and the condition keys that were missing.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html.  Which positions AWS gives is not
documented; these are those of its examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from localaws.iam.evaluate import Access, Policies, evaluate
from localaws.iam.named_principals import Caller, denies, grants
from localaws.iam.patterns import Context
from localaws.iam.policy import Policy, Statement, document_text
from localaws.iam.positions import Span, statement_spans

__all__ = ["Source", "result"]


@dataclass(frozen=True)
class Source:
    """A policy, what AWS calls it in results, and its text."""

    name: str
    text: str
    policy: Policy


def result(
    access: Access, caller: Caller, policies: Policies, identity: Sequence[Source], resource: Sequence[Source]
) -> str:
    """The XML of one EvaluationResult."""
    decision = evaluate(access, caller, policies)
    matched = ""
    if decision.outcome != "implicitDeny":
        effect = "Deny" if decision.outcome == "explicitDeny" else "Allow"
        matched = "".join(_matched(source, "IAM Policy", access, effect) for source in identity)
        matched += "".join(_matched(source, "Resource Policy", access, effect, caller) for source in resource)
    detail = ""
    if policies.boundary is not None:
        # Whether the boundary alone would let it pass.
        within = str(evaluate(access, caller, Policies((policies.boundary,))).allowed).lower()
        detail = (
            f"<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>{within}</AllowedByPermissionsBoundary>"
            "</PermissionsBoundaryDecisionDetail>"
        )
    everything = [*policies.identity, policies.resource, policies.boundary]
    missing = "".join(
        f"<member>{escape(key)}</member>" for key in _missing([each for each in everything if each], access.context)
    )
    return (
        f"<member><EvalActionName>{escape(access.action)}</EvalActionName>"
        f"<EvalResourceName>{escape(access.resource)}</EvalResourceName>"
        f"<EvalDecision>{decision.outcome}</EvalDecision>"
        f"<MatchedStatements>{matched}</MatchedStatements>"
        f"<MissingContextValues>{missing}</MissingContextValues>{detail}</member>"
    )


def _matched(source: Source, kind: str, access: Access, effect: str, caller: Caller | None = None) -> str:
    """The statements of the effect that concern the access and, in a resource's policy, the caller."""
    concerned = [
        number
        for number, statement in enumerate(source.policy.statements)
        if statement.effect == effect
        and (caller is None or _names(statement, caller))
        and statement.concerns(access.action, access.resource, access.context)
    ]
    if not concerned:
        return ""
    spans = statement_spans(document_text(source.text))
    return "".join(_member(source.name, kind, spans[number]) for number in concerned)


def _names(statement: Statement, caller: Caller) -> bool:
    return denies(statement, caller, False) if statement.effect == "Deny" else grants(statement, caller) is not None


def _member(name: str, kind: str, span: Span) -> str:
    start, end = (
        f"<{element}><Line>{position.line}</Line><Column>{position.column}</Column></{element}>"
        for element, position in (("StartPosition", span.start), ("EndPosition", span.end))
    )
    return (
        f"<member><SourcePolicyId>{escape(name)}</SourcePolicyId><SourcePolicyType>{kind}</SourcePolicyType>{start}{end}"
        "</member>"
    )


def _missing(policies: Iterable[Policy], context: Context) -> list[str]:
    """The condition keys and variables of the policies that the request does not have, sorted, in lower case."""
    return sorted({key for policy in policies for key in policy.keys if key not in context})
