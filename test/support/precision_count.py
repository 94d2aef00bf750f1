"""How many nodes of a model compute in float32 and how many in a low type, counted from the types of its tensors alone, so that
the results of any two tools can be compared.
"""

from collections import Counter

from onnx import TensorProto, shape_inference

LOW = {TensorProto.FLOAT16, TensorProto.BFLOAT16}
WIDE = {TensorProto.FLOAT, TensorProto.DOUBLE}


def count_precisions(model):
    """Counts of the main graph's nodes.

    `wide`: nodes with a float32 (or float64) output, or with such an input when no output is a floating-point tensor at
    all; `low`: the same with float16 or bfloat16; `other`: integers only. A node that has both, as Resize with its scales
    in float32, goes by its outputs. Casts between floating-point types are `casts` only; Constants are `constants` only.
    """
    graph = shape_inference.infer_shapes(model, check_type=True, strict_mode=True).graph
    types = {tensor.name: tensor.data_type for tensor in graph.initializer}
    types |= {v.name: v.type.tensor_type.elem_type for v in [*graph.input, *graph.value_info, *graph.output]}
    counts = {"nodes": len(graph.node), "wide": 0, "low": 0, "other": 0, "casts": 0, "constants": 0}
    wide_ops = Counter()
    for node in graph.node:
        results = {types.get(name) for name in node.output if name} & (WIDE | LOW)
        sources = {types.get(name) for name in node.input if name} & (WIDE | LOW)
        if node.op_type == "Constant":
            counts["constants"] += 1
        elif node.op_type == "Cast" and results and sources:
            counts["casts"] += 1
        elif (results or sources) & WIDE:  # by the results where there are any
            counts["wide"] += 1
            wide_ops[node.op_type] += 1
        elif results or sources:
            counts["low"] += 1
        else:
            counts["other"] += 1
    return {**counts, "wideOps": dict(sorted(wide_ops.items()))}
