"""What ONNX Runtime and onnx say of models before and after an upgrade of their operator set.

Takes a JSON file: [{"name", "before", "after", "to", "data"}], where data is a folder of input_*.pb as ONNX's operator
cases have them. Prints one JSON object a model: {"name", "result", "detail", "converter"}. Results: "equal" bit by bit,
"differs", "check" (onnx.checker takes the old one only), "load", "run", or "not run" where ONNX Runtime does not run the
old one. The converter is onnx.version_converter.
"""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import checker, numpy_helper, version_converter


def session(model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def read_input(file, value):
    kinds = {
        "tensor_type": (onnx.TensorProto, numpy_helper.to_array),
        "sequence_type": (onnx.SequenceProto, numpy_helper.to_list),
        "optional_type": (onnx.OptionalProto, numpy_helper.to_optional),
    }
    message, convert = kinds[value.type.WhichOneof("value")]
    with open(file, "rb") as handle:
        return convert(message.FromString(handle.read()))


def problem(model):
    try:
        checker.check_model(model, full_check=True)
    except Exception as error:  # of several kinds, by what is wrong
        return str(error)[:300]
    return None


def difference(before, after):
    """None: the same, bit by bit."""
    if isinstance(before, list):
        if not isinstance(after, list) or len(before) != len(after):
            return "another length"
        return next((found for found in map(difference, before, after) if found), None)
    if not isinstance(before, np.ndarray):
        return None if before == after else "another value"
    if before.dtype != after.dtype or before.shape != after.shape:
        return f"{after.dtype}{list(after.shape)} instead of {before.dtype}{list(before.shape)}"
    if before.dtype == object:
        return None if np.array_equal(before, after) else "other strings"
    if before.tobytes() == after.tobytes():
        return None
    return f"up to {np.nanmax(np.abs(before.astype(np.float64) - after.astype(np.float64)))} apart"


def converted(model, to, inputs, expected):
    try:
        proto = version_converter.convert_version(model, to)
    except Exception as error:  # whatever its adapters throw
        return f"fails: {str(error)[:200]}"
    try:
        outputs = session(proto.SerializeToString()).run(None, inputs)
    except Exception as error:  # as ONNX Runtime throws
        return f"does not run: {str(error)[:200]}"
    found = next((text for text in map(difference, expected, outputs) if text), None)
    return f"differs: {found}" if found else "equal"


def judge(name, before, after, to, data):
    old = onnx.load(before)
    if problem(old) is None:
        found = problem(onnx.load(after))
        if found:
            return {"name": name, "result": "check", "detail": found}
    try:
        runner = session(before)
        files = (os.path.join(data, f"input_{i}.pb") for i in range(len(old.graph.input)))
        inputs = {value.name: read_input(file, value) for value, file in zip(old.graph.input, files)}
        expected = runner.run(None, inputs)
    except Exception as error:  # as ONNX Runtime throws
        return {"name": name, "result": "not run", "detail": str(error)[:200]}
    step = "load"
    try:
        runner = session(after)
        step = "run"
        outputs = runner.run(None, inputs)
    except Exception as error:  # as ONNX Runtime throws
        return {"name": name, "result": step, "detail": str(error)[:300]}
    found = next((text for text in map(difference, expected, outputs) if text), None)
    result = {"name": name, "result": "differs" if found else "equal", "detail": found}
    return {**result, "converter": converted(old, to, inputs, expected)}


onnxruntime.set_default_logger_severity(4)
with open(sys.argv[1]) as listing:
    for entry in json.load(listing):
        print(json.dumps(judge(**entry)), flush=True)
