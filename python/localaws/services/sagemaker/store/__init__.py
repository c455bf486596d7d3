"""The generic store: create, describe, list, update, delete and tag any resource family."""

from localaws.services.sagemaker.store.families import FAMILIES, Family, Refusal
from localaws.services.sagemaker.store.record import Record
from localaws.services.sagemaker.store.records import Store
from localaws.services.sagemaker.store.tagging import tag_list

__all__ = ["FAMILIES", "Family", "Record", "Refusal", "Store", "tag_list"]
