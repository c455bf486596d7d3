"""Which elements a policy document must and must not have, by where it is put.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html.
"""

from __future__ import annotations

from typing import Literal

from localaws.iam.policy import Policy, PolicyError, Statement, read_policy

__all__ = ["DocumentKind", "check_document"]

DocumentKind = Literal["identity", "resource", "trust"]
"""Of a user, role, session or boundary; of a resource; of a role (who may assume it)."""


def check_document(text: str, kind: DocumentKind) -> Policy:
    """The policy of a document that may be put there; raises PolicyError."""
    policy = read_policy(text)
    for statement in policy.statements:
        has_principal = statement.principals is not None or statement.not_principals is not None
        if kind == "identity" and has_principal:
            raise PolicyError("Policy document should not specify a principal.")
        if kind == "identity" and not _has_resource(statement):
            raise PolicyError("Policy statement must contain resources.")
        if kind != "identity" and not has_principal:
            raise PolicyError("Missing required field Principal")
        if kind == "resource" and not _has_resource(statement):
            raise PolicyError("Missing required field Resource")
        if kind == "trust" and _has_resource(statement):
            raise PolicyError("Has prohibited field Resource")
    return policy


def _has_resource(statement: Statement) -> bool:
    return bool(statement.resources) or statement.not_resources is not None
