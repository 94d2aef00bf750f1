"""Every change of ONNX's own operators from operator set 8 on, as ONNX's schemas have them, as JSON on standard output.

{"changes": [{"operator", "since", "differences": [...]}], "irVersions": {operator set: IR version}}. A difference is what
is not merely one more type: an attribute, input or output that was added, taken away or changed, types that went, the
operator's end.
"""

import json

from onnx import defs, helper

FIRST = 8


def default(attribute):
    proto = attribute.default_value
    return repr(helper.get_attribute_value(proto)) if proto.name else None


def attribute_difference(name, before, after):
    if after is None:
        return f"without attribute {name}"
    if before is None:
        return f"needs attribute {name}" if after.required else f"new attribute {name}"
    if before.required and not after.required and default(after) is None:
        return f"may lack attribute {name}"
    facts = [(item.type, item.required, default(item)) for item in (before, after)]
    return f"other attribute {name}" if facts[0] != facts[1] else None


def types(schema, parameter):
    of = [c.allowed_type_strs for c in schema.type_constraints if c.type_param_str == parameter.type_str]
    return set(of[0]) if of else {parameter.type_str}


def parameter_difference(kind, before, after, old, new):
    if after is None:
        return f"without {kind} {before.name}"
    optional = defs.OpSchema.FormalParameterOption.Optional
    if before is None:
        return f"new {kind} {after.name}" if after.option == optional else f"needs {kind} {after.name}"
    if before.option != after.option:
        return f"may lack {kind} {after.name}" if after.option == optional else f"other {kind} {after.name}"
    return f"fewer types of {kind} {after.name}" if types(old, before) - types(new, after) else None


def differences(old, new):
    found = []
    for name in sorted({*old.attributes, *new.attributes}):
        found.append(attribute_difference(name, old.attributes.get(name), new.attributes.get(name)))
    for kind in ("input", "output"):
        before, after = getattr(old, f"{kind}s"), getattr(new, f"{kind}s")
        for i in range(max(len(before), len(after))):
            pair = [items[i] if i < len(items) else None for items in (before, after)]
            found.append(parameter_difference(kind, *pair, old, new))
    if new.deprecated and not old.deprecated:
        found.append("is no more")
    return [entry for entry in found if entry]


def changes():
    versions = {}
    for schema in defs.get_all_schemas_with_history():
        if schema.domain == "":
            versions.setdefault(schema.name, []).append(schema)
    for name, schemas in sorted(versions.items()):
        schemas.sort(key=lambda schema: schema.since_version)
        for old, new in zip(schemas, schemas[1:]):
            if new.since_version >= FIRST:
                yield {"operator": name, "since": new.since_version, "differences": differences(old, new)}


ir_versions = {row[2]: row[1] for row in helper.VERSION_TABLE}
print(json.dumps({"newest": defs.onnx_opset_version(), "changes": list(changes()), "irVersions": ir_versions}))
