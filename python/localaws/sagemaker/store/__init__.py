"""The generic store: create, describe, list, update, delete and tag any resource family."""

from localaws.sagemaker.store.families import FAMILIES, Family, Refusal
from localaws.sagemaker.store.record import Record
from localaws.sagemaker.store.records import Store
from localaws.sagemaker.store.tagging import tag_list

__all__ = ["FAMILIES", "Family", "Record", "Refusal", "Store", "tag_list"]
