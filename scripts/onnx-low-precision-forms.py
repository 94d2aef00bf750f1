"""Writes lib/onnx/cast/low-precision-forms.ts from the operator schemas of the installed onnx package.

Use: python scripts/onnx-low-precision-forms.py > lib/onnx/cast/low-precision-forms.ts
"""

import onnx
from onnx import defs

LOW = {"fp16": "tensor(float16)", "bf16": "tensor(bfloat16)"}
FLOAT = "tensor(float)"


def types(schema, formal):
    for constraint in schema.type_constraints:
        if constraint.type_param_str == formal.type_str:
            return set(constraint.allowed_type_strs)
    return {formal.type_str}


def since(versions, low):
    """The first version in which all float parameters may be of the low type, but those that never may."""
    last = versions[-1]
    never = set(fixed(last, last.inputs, low))
    for schema in versions:
        inputs = [f for i, f in enumerate(schema.inputs) if FLOAT in types(schema, f) and i not in never]
        formals = inputs or [f for f in schema.outputs if FLOAT in types(schema, f)]
        if formals and all(low in types(schema, f) for f in formals):
            return schema.since_version
    return None


def fixed(schema, formals, low):
    return [i for i, f in enumerate(formals) if FLOAT in types(schema, f) and low not in types(schema, f)]


def main():
    history = {}
    for schema in defs.get_all_schemas_with_history():
        if schema.domain == "" and not schema.deprecated:
            history.setdefault(schema.name, []).append(schema)
    print("// Written by scripts/onnx-low-precision-forms.py from the operator schemas of onnx " + onnx.__version__ + ".")
    print("import type { LowPrecisionForm } from './forms.js';\n")
    print("export const lowPrecisionForms: Readonly<Record<string, LowPrecisionForm>> = {")
    for name, versions in sorted(history.items()):
        versions.sort(key=lambda schema: schema.since_version)
        last = versions[-1]
        if not any(FLOAT in types(last, f) for f in list(last.inputs) + list(last.outputs)):
            continue
        parts = []
        for key, low in LOW.items():
            first = since(versions, low)
            if first is None:
                continue
            entry = [f"since: {first}"]
            if inputs := fixed(last, last.inputs, low):
                entry.append(f"float32Inputs: {inputs}")
            if outputs := fixed(last, last.outputs, low):
                entry.append(f"float32Outputs: {outputs}")
            parts.append(f"{key}: {{ {', '.join(entry)} }}")
        print(f"  {name}: {{{' ' + ', '.join(parts) + ' ' if parts else ''}}},")
    print("};")


main()
