"""Prints what the services of AWS take, as JSON Schemas by `service:Operation`, from the models of botocore.

Structures that the project never sends are left out, so that sending one is an error.
"""

import json

from botocore.loaders import Loader
from botocore.model import ServiceModel

OPERATIONS = {
    "config": ["PutEvaluations", "GetComplianceDetailsByConfigRule", "ListDiscoveredResources"],
    "securityhub": ["BatchImportFindings"],
}
# Members of a finding, and of its resources, that have structures of their own for other products.
LEFT_OUT = {
    "AwsSecurityFinding": [
        "Action", "Compliance", "Detection", "GeneratorDetails", "Malware", "Network", "NetworkPath", "Note",
        "PatchSummary", "Process", "RelatedFindings", "ThreatIntelIndicators", "Threats", "Vulnerabilities", "Workflow",
    ],
    "FindingProviderFields": ["RelatedFindings"],
    "Resource": ["Details", "DataClassification", "Owner"],
}
TYPES = {
    "integer": {"type": "integer"}, "long": {"type": "integer"}, "double": {"type": "number"},
    "float": {"type": "number"}, "boolean": {"type": "boolean"}, "timestamp": {"type": "number"},
}


def bounds(shape, names):
    return {ours: shape.metadata[theirs] for theirs, ours in names.items() if theirs in shape.metadata}


def schema(shape):
    if shape.type_name == "structure":
        members = {k: v for k, v in shape.members.items() if k not in LEFT_OUT.get(shape.name, [])}
        result = {"type": "object", "additionalProperties": False, "properties": {k: schema(v) for k, v in members.items()}}
        return {**result, **({"required": shape.required_members} if shape.required_members else {})}
    if shape.type_name == "list":
        return {"type": "array", "items": schema(shape.member), **bounds(shape, {"min": "minItems", "max": "maxItems"})}
    if shape.type_name == "map":
        return {"type": "object", "additionalProperties": schema(shape.value)}
    if shape.type_name == "string":
        result = {"type": "string", **bounds(shape, {"min": "minLength", "max": "maxLength"})}
        if shape.enum:
            # Hundreds of types of resources, which grow with each release.
            return result if len(shape.enum) > 100 else {**result, "enum": shape.enum}
        pattern = shape.metadata.get("pattern")
        return {**result, **({"pattern": f"^(?:{pattern})$"} if pattern else {})}
    if shape.type_name in ("integer", "long"):
        return {"type": "integer", **bounds(shape, {"min": "minimum", "max": "maximum"})}
    return TYPES[shape.type_name]


models = {service: ServiceModel(Loader().load_service_model(service, "service-2")) for service in OPERATIONS}
schemas = {
    f"{service}:{operation}": schema(models[service].operation_model(operation).input_shape)
    for service, operations in OPERATIONS.items()
    for operation in operations
}
print(json.dumps(schemas, indent=2))
