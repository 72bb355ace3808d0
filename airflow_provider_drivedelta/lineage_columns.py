"""The columns of a feed's rows in OpenLineage's words."""

from __future__ import annotations

import pyarrow as pa
from openlineage.client.facet_v2 import schema_dataset


def columns_facet(schema: pa.Schema) -> schema_dataset.SchemaDatasetFacet:
    """Every column with its type; what a struct or a list is made of below it."""
    return schema_dataset.SchemaDatasetFacet(fields=[_field(field.name, field.type) for field in schema])


def _field(name: str, kind: pa.DataType) -> schema_dataset.SchemaDatasetFacetFields:
    if isinstance(kind, pa.StructType):
        inner = [_field(field.name, field.type) for field in kind]
        return schema_dataset.SchemaDatasetFacetFields(name=name, type="struct", fields=inner)
    if isinstance(kind, pa.ListType):
        inner = [_field("_element", kind.value_type)]  # the specification's own word
        return schema_dataset.SchemaDatasetFacetFields(name=name, type="array", fields=inner)
    return schema_dataset.SchemaDatasetFacetFields(name=name, type=str(kind))
