"""The resources of a service: create, describe, list, update, delete and tag any family of them."""

from localaws.store.family import Family, Refusal
from localaws.store.record import Record
from localaws.store.records import Store
from localaws.store.tagging import tag_list

__all__ = ["Family", "Record", "Refusal", "Store", "tag_list"]
