"""What Python says about ONNX models: one JSON request a line on standard input, one JSON answer a line on standard output.

A request is {"id", "command", ...arguments}; an answer {"id", "result"} or {"id", "error"}. onnx-reference.ts has the types.
Tensors travel as spans of one file: [{"name", "type", "dims", "offset", "bytes"}].
"""

import json
import os
import sys

import ml_dtypes
import numpy as np
import onnx
import onnxruntime
from onnx import checker, helper, shape_inference, version_converter

from low_precision_emulation import emulate
from precision_count import count_precisions

TYPES = {
    "float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16, "float64": np.float64,
    "int8": np.int8, "uint8": np.uint8, "int16": np.int16, "uint16": np.uint16, "int32": np.int32, "uint32": np.uint32,
    "int64": np.int64, "uint64": np.uint64, "bool": np.bool_,
}
ONNX_NAMES = {"float": "float32", "double": "float64"}


def name_of_type(elem_type):
    """ONNX's number as this library's name; None for UNDEFINED."""
    if elem_type == onnx.TensorProto.UNDEFINED:
        return None
    name = onnx.TensorProto.DataType.Name(elem_type).lower()
    return ONNX_NAMES.get(name, name)


def check(model, fullCheck=True):
    try:
        checker.check_model(model, full_check=fullCheck)
    except (checker.ValidationError, shape_inference.InferenceError) as error:
        return {"problem": str(error) or type(error).__name__}
    return {"problem": None}


def dims_of(tensor_type):
    if not tensor_type.HasField("shape"):
        return None
    sizes = []
    for dim in tensor_type.shape.dim:
        kind = dim.WhichOneof("value")
        sizes.append(None if kind is None else getattr(dim, kind))
    return sizes


def infer(model, strict=True, dataProp=True):
    inferred = shape_inference.infer_shapes(onnx.load(model), check_type=True, strict_mode=strict, data_prop=dataProp)
    values = {}
    for value in [*inferred.graph.input, *inferred.graph.value_info, *inferred.graph.output]:
        if value.type.HasField("tensor_type"):
            tensor = value.type.tensor_type
            values[value.name] = {"type": name_of_type(tensor.elem_type), "dims": dims_of(tensor)}
    return {"values": values}


def convert(model, opset, output):
    onnx.save(version_converter.convert_version(onnx.load(model), opset), output)
    return {"model": output}


def reserialize(model):
    with open(model, "rb") as file:
        data = file.read()
    written = onnx.ModelProto.FromString(data).SerializeToString()
    return {"equal": written == data, "bytes": len(data), "written": len(written)}


def node_list(graph):
    def attribute(item):
        entry = {"name": item.name, "type": onnx.AttributeProto.AttributeType.Name(item.type)}
        graphs = [item.g] if item.type == onnx.AttributeProto.GRAPH else list(item.graphs)
        return {**entry, "graphs": [node_list(body) for body in graphs]} if graphs else entry

    return [
        {
            "name": node.name, "opType": node.op_type, "domain": node.domain,
            "inputs": list(node.input), "outputs": list(node.output),
            "attributes": [attribute(item) for item in node.attribute],
        }
        for node in graph.node
    ]


def describe(model):
    proto = onnx.load(model, load_external_data=False)
    value = lambda v: {"name": v.name, "type": name_of_type(v.type.tensor_type.elem_type), "dims": dims_of(v.type.tensor_type)}
    return {
        "irVersion": proto.ir_version,
        "opsets": {entry.domain: entry.version for entry in proto.opset_import},
        "inputs": [value(v) for v in proto.graph.input],
        "outputs": [value(v) for v in proto.graph.output],
        "initializers": [
            {"name": t.name, "type": name_of_type(t.data_type), "dims": list(t.dims)} for t in proto.graph.initializer
        ],
        "nodes": node_list(proto.graph),
    }


def read_tensors(file, specs):
    data = np.fromfile(file, np.uint8)
    arrays = {}
    for spec in specs:
        span = data[spec["offset"] : spec["offset"] + spec["bytes"]]
        arrays[spec["name"]] = np.frombuffer(span.tobytes(), TYPES[spec["type"]]).reshape(spec["dims"])
    return arrays


def write_tensors(file, arrays):
    specs, offset = [], 0
    with open(file, "wb") as out:
        for name, array in arrays.items():
            kind = next((key for key, dtype in TYPES.items() if array.dtype == dtype), None)
            if kind is None:
                raise ValueError(f"{name}: tensors of {array.dtype} cannot be handed over")
            out.write(np.ascontiguousarray(array).tobytes())
            specs.append({"name": name, "type": kind, "dims": list(array.shape), "offset": offset, "bytes": array.nbytes})
            offset += array.nbytes
    return specs


def with_all_outputs(model):
    """The model with every tensor that a node of the main graph makes as an output, strings and sequences left out."""
    proto = shape_inference.infer_shapes(onnx.load(model))
    known = {v.name: v for v in proto.graph.value_info}
    outputs = {v.name for v in proto.graph.output}
    for node in proto.graph.node:
        for name in node.output:
            info = known.get(name)
            if name and name not in outputs and info is not None and info.type.tensor_type.elem_type:
                proto.graph.output.append(helper.make_tensor_value_info(name, info.type.tensor_type.elem_type, None))
                outputs.add(name)
    return proto.SerializeToString()


def run(model, optimise="all", npz=None, tensors=None, specs=None, output=None, outputNpz=None, outputs="declared"):
    options = onnxruntime.SessionOptions()
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = {"none": levels.ORT_DISABLE_ALL, "all": levels.ORT_ENABLE_ALL}[optimise]
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    source = with_all_outputs(model) if outputs == "all" else model
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    if npz is not None:
        with np.load(npz, allow_pickle=False) as archive:
            feeds = {name: archive[name] for name in archive.files}
    else:
        feeds = read_tensors(tensors, specs)
    # bfloat16 is no type of numpy's own: onnxruntime is told the number of the type.
    value = lambda a: onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type(a, onnx.TensorProto.BFLOAT16)
    feeds = {
        name: value(array.view(np.uint16)) if array.dtype == ml_dtypes.bfloat16
        else onnxruntime.OrtValue.ortvalue_from_numpy(array)
        for name, array in feeds.items()
    }
    names = [entry.name for entry in session.get_outputs()]
    types = {entry.name: entry.type for entry in session.get_outputs()}
    results = session.run_with_ort_values(names, feeds)
    arrays = {}
    for name, result in zip(names, results):
        array = result.numpy()
        arrays[name] = array.view(ml_dtypes.bfloat16) if types[name] == "tensor(bfloat16)" else array
    if outputNpz is not None:
        np.savez(outputNpz, **arrays)
        return {"outputs": []}
    return {"outputs": write_tensors(output, arrays)}


def emulated(model, output, wideIo=False):
    onnx.save(emulate(onnx.load(model), wide_io=wideIo), output)
    return {"model": output}


def precisions(model):
    return count_precisions(onnx.load(model))


def versions():
    return {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "numpy": np.__version__}


COMMANDS = {
    "check": check, "infer": infer, "convert": convert, "reserialize": reserialize, "describe": describe, "run": run,
    "emulate": emulated, "precisions": precisions, "versions": versions,
}


def answer(request):
    number = request.pop("id")
    try:
        return {"id": number, "result": COMMANDS[request.pop("command")](**request)}
    except Exception as error:  # every failure of a request is an answer; the program goes on
        return {"id": number, "error": f"{type(error).__name__}: {error}"}


def main():
    # What libraries print must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdin.reconfigure(encoding="utf-8")
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
