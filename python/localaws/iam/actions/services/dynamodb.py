"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import Rule, ServiceMapping
from localaws.iam.actions.parameters import first, items

__all__ = ["MAPPING"]

_TABLE = Format.read("arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}")
# The parts of a transaction → their actions.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
_PARTS = {"ConditionCheck": "ConditionCheckItem", "Delete": "DeleteItem", "Put": "PutItem", "Update": "UpdateItem"}


def _table(name: str, account: Account) -> str:
    return name if name.startswith("arn:") else _TABLE.fill(account, {"TableName": name})


def _on_table_or_index(action: str) -> Rule:
    """Reading an index needs the permission on the index instead of the table.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/using-identity-based-policies.html
    """

    def rule(call: Call, account: Account) -> Iterator[tuple[str, str]]:
        table = _table(first(call.parameters, "TableName"), account)
        index = first(call.parameters, "IndexName", default="")
        yield action, f"{table}/index/{index}" if index else table

    return rule


def _batch(action: str) -> Rule:
    def rule(call: Call, account: Account) -> Iterator[tuple[str, str]]:
        tables = [name for each in items(call.parameters, "RequestItems") if isinstance(each, Mapping) for name in each]
        for name in tables or ["*"]:
            yield action, _table(name, account)

    return rule


def _transaction(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    parts = {"Get": "GetItem"} if call.operation == "TransactGetItems" else _PARTS
    found = [
        (action, _table(first(each, "TableName"), account))
        for part, action in parts.items()
        for each in items(call.parameters, f"TransactItems.{part}")
    ]
    yield from dict.fromkeys(found or [(action, _table("*", account)) for action in parts.values()])


def _leading_keys(call: Call, _: Account) -> Iterator[str]:
    """The value of a key of one attribute, the partition key; of two, which one is that is not in the request."""
    for key in items(call.parameters, "Key"):
        if isinstance(key, Mapping) and len(key) == 1:
            for value in (each for each in key.values() if isinstance(each, Mapping)):
                yield from (text for text in value.values() if isinstance(text, str))


MAPPING = ServiceMapping(
    rules={
        "BatchGetItem": _batch("BatchGetItem"),
        "BatchWriteItem": _batch("BatchWriteItem"),
        "Query": _on_table_or_index("Query"),
        "Scan": _on_table_or_index("Scan"),
        "TransactGetItems": _transaction,
        "TransactWriteItems": _transaction,
    },
    keys={
        "dynamodb:LeadingKeys": _leading_keys,
        "dynamodb:ReturnConsumedCapacity": ("ReturnConsumedCapacity",),
        "dynamodb:ReturnValues": ("ReturnValues",),
        "dynamodb:Select": ("Select",),
    },
    tagging="TagResource",
)
