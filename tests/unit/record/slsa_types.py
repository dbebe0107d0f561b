"""The types of in-toto-attestation as tests use them: a document that these read without a leftover has their form.

The package has SLSA provenance v1 and, of verification summaries, only the form before 1.0; the message of v1 is put
together here from its specification (slsa.dev/spec/v1.1/verification_summary), with the package's own type for what
the framework calls a ResourceDescriptor.
"""

from __future__ import annotations

import json
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, struct_pb2, timestamp_pb2
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import resource_descriptor_pb2, statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement

_FIELD = descriptor_pb2.FieldDescriptorProto
_DESCRIPTOR = f".{resource_descriptor_pb2.ResourceDescriptor.DESCRIPTOR.full_name}"
_FIELDS: tuple[tuple[str, int, str, int], ...] = (
    ("verifier", _FIELD.TYPE_MESSAGE, ".google.protobuf.Struct", _FIELD.LABEL_OPTIONAL),
    ("time_verified", _FIELD.TYPE_MESSAGE, ".google.protobuf.Timestamp", _FIELD.LABEL_OPTIONAL),
    ("resource_uri", _FIELD.TYPE_STRING, "", _FIELD.LABEL_OPTIONAL),
    ("policy", _FIELD.TYPE_MESSAGE, _DESCRIPTOR, _FIELD.LABEL_OPTIONAL),
    ("input_attestations", _FIELD.TYPE_MESSAGE, _DESCRIPTOR, _FIELD.LABEL_REPEATED),
    ("verification_result", _FIELD.TYPE_STRING, "", _FIELD.LABEL_OPTIONAL),
    ("verified_levels", _FIELD.TYPE_STRING, "", _FIELD.LABEL_REPEATED),
    ("dependency_levels", _FIELD.TYPE_MESSAGE, ".google.protobuf.Struct", _FIELD.LABEL_OPTIONAL),
    ("slsa_version", _FIELD.TYPE_STRING, "", _FIELD.LABEL_OPTIONAL),
)


def _summary_type() -> Any:  # a class that protobuf makes
    file = descriptor_pb2.FileDescriptorProto(name="vsa_v1.proto", package="tests.slsa", syntax="proto3")
    file.dependency.extend(module.DESCRIPTOR.name for module in (struct_pb2, timestamp_pb2, resource_descriptor_pb2))
    message = file.message_type.add(name="VerificationSummary")
    for number, (name, kind, type_name, label) in enumerate(_FIELDS, 1):
        message.field.add(name=name, number=number, type=kind, label=label, type_name=type_name or None)
    pool = descriptor_pool.Default()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tests.slsa.VerificationSummary"))


_SUMMARY = _summary_type()


def read_statement(raw: bytes) -> Any:  # JSON
    """Return the predicate of a statement that the package finds sound; raises where it does not."""
    message = json_format.Parse(raw, statement_pb2.Statement())
    Statement.copy_from_pb(message).validate()
    return json.loads(raw)["predicate"]


def read_provenance(raw: bytes) -> Any:  # a protobuf message
    """Return a provenance; a field that the type does not know raises."""
    provenance = json_format.ParseDict(read_statement(raw), provenance_pb2.Provenance())
    run = provenance.run_details
    named = [*provenance.build_definition.resolved_dependencies, *run.byproducts, *run.builder.builder_dependencies]
    for dependency in named:
        ResourceDescriptor.copy_from_pb(dependency).validate()
    return provenance


def read_summary(raw: bytes) -> Any:  # a protobuf message
    """Return a verification summary; only extensions, whose names are URIs, may stand beside what the type knows."""
    predicate = read_statement(raw)
    known = {name: value for name, value in predicate.items() if ":" not in name}
    summary = json_format.ParseDict(known, _SUMMARY())
    ResourceDescriptor.copy_from_pb(summary.policy).validate()
    return summary
