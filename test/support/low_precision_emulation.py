"""float16 and bfloat16 on a processor that has neither: every operator computes in float32 and its result is rounded.

ONNX Runtime's CPU backend has few float16 kernels and hardly a bfloat16 one. For float16 it leaves out roundings between
operators that it runs in float32, so its results are better than a GPU's; bfloat16 models it mostly refuses. What this makes
of a model is float32 inside, with a Cast down and up again behind each operator whose result was low: the most that a device
can keep which holds its tensors in the low type and accumulates in float32. Inputs and outputs keep their types.
"""

import numpy as np
from onnx import AttributeProto, TensorProto, helper, numpy_helper, shape_inference

LOW = {TensorProto.FLOAT16, TensorProto.BFLOAT16}
# They hand values on as they are: what was rounded before stays so.
MOVES = {
    "Concat", "Expand", "Flatten", "Gather", "GatherElements", "GatherND", "Identity", "MaxPool", "Max", "Min", "Pad", "Relu",
    "Reshape", "Slice", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze", "Where",
}


def emulate(model, wide_io=False):
    """A model with the same inputs and outputs, or with float32 ones whose values are rounded; `model` is left alone."""
    types = low_types(model)
    result = copied(model)
    graph = result.graph
    del graph.value_info[:]
    constants = {tensor.name for tensor in graph.initializer}
    for tensor in graph.initializer:
        widen(tensor)
    nodes, renamed = [], {}
    for value in graph.input:
        if value.name not in types:
            continue
        if wide_io or value.name in constants:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
        if value.name in constants:
            continue
        source, renamed[value.name] = value.name, f"{value.name}__wide"
        if wide_io:
            source = f"{value.name}__low"
            nodes.append(cast(value.name, source, types[value.name]))
        nodes.append(cast(source, renamed[value.name], TensorProto.FLOAT))
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        nodes += [node, *rounding_behind(node, types)]
    for value in graph.output:
        if value.name in types and wide_io:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
        elif value.name in types:
            wide = f"{value.name}__wide"
            for node in nodes:
                node.input[:] = [wide if name == value.name else name for name in node.input]
                node.output[:] = [wide if name == value.name else name for name in node.output]
            nodes.append(cast(wide, value.name, types[value.name]))
    # `nodes` has the graph's own among them: copied before they go.
    copies = [copied(node) for node in nodes]
    del graph.node[:]
    graph.node.extend(copies)
    return result


def rounding_behind(node, types):
    """Lets the node compute in float32; gives the nodes that round its low results under their old names."""
    for attribute in node.attribute:
        if attribute.type == AttributeProto.TENSOR:
            widen(attribute.t)
        if attribute.name == "dtype" and attribute.i in LOW:
            attribute.i = TensorProto.FLOAT
    to = next((a.i for a in node.attribute if node.op_type == "Cast" and a.name == "to"), None)
    if node.op_type in MOVES or node.op_type == "Constant" or (to is not None and to not in LOW):
        return []
    casts = []
    for i, name in enumerate(node.output):
        if name not in types:
            continue
        if to in LOW:  # its own rounding is enough
            node.output[i] = f"{name}__low"
        else:
            node.output[i] = f"{name}__exact"
            casts.append(cast(f"{name}__exact", f"{name}__low", types[name]))
        casts.append(cast(f"{name}__low", name, TensorProto.FLOAT))
    return casts


def low_types(model):
    """The low type of every tensor that has one."""
    if model.functions or any(a.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS) for n in model.graph.node for a in n.attribute):
        raise ValueError("models with functions, or with graphs in nodes, cannot be emulated")
    inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True).graph
    types = {v.name: v.type.tensor_type.elem_type for v in [*inferred.input, *inferred.value_info, *inferred.output]}
    untyped = [name for node in inferred.node for name in node.output if name and name not in types]
    if untyped:
        raise ValueError(f"the type of {untyped[0]} is not known")
    return {name: kind for name, kind in types.items() if kind in LOW}


def widen(tensor):
    if tensor.data_type in LOW:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))


def cast(source, target, to):
    return helper.make_node("Cast", [source], [target], name=f"{source} -> {target}", to=to)


def copied(message):
    result = type(message)()
    result.CopyFrom(message)
    return result
