"""What NVIDIA's AutoCast makes of models, and how exact it is.

python autocast.py JOB.json: {"models": [{"name", "path", "samples": [{"tensors": FILE, "specs": [...]}]}], "folder", "output"}.
Every model is cast to float16 and bfloat16 with its samples as calibration data, then run on them. onnx_reference.py and
its neighbours, which run and count, must be on PYTHONPATH.
"""

import json
import logging
import os
import re
import sys
import warnings
from collections import Counter
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
from modelopt.onnx.autocast import convert, convert_to_mixed_precision
from onnxconverter_common import float16

from low_precision_emulation import emulate
from onnx_reference import check, read_tensors
from precision_count import count_precisions

PACKAGES = ["nvidia-modelopt", "torch", "onnx", "onnxruntime", "onnxconverter-common", "onnxscript", "onnx-graphsurgeon", "numpy"]


class Classified(convert.PrecisionConverter):
    """Notes which nodes AutoCast itself calls high and low, after it has added those that cannot be low."""

    last = {}

    def _filter_unsupported_op_types(self, high, low):
        high, low = super()._filter_unsupported_op_types(high, low)
        names = set(high)
        ops = Counter(node.op_type for node in self.model.graph.node if node.name in names)
        Classified.last = {"high": len(high), "low": len(low), "highOps": dict(sorted(ops.items()))}
        return high, low


def run(model, feeds):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    types = {entry.name: entry.type for entry in session.get_inputs()}
    low = {"tensor(float16)": np.float16}
    names = [entry.name for entry in session.get_outputs()]
    for sample in feeds:
        cast = {name: array.astype(low.get(types[name], array.dtype)) for name, array in sample.items()}
        yield {name: array.astype(np.float64) for name, array in zip(names, session.run(names, cast))}


def compare(wanted, found):
    """Signal-to-noise in dB and largest error of every output, over all samples together, and the share of rows (of the last
    dimension) whose largest element is at the same place."""
    result = {}
    for name in wanted[0]:
        signal = np.concatenate([sample[name].ravel() for sample in wanted])
        error = np.concatenate([sample[name].ravel() for sample in found]) - signal
        if not np.isfinite(error).all():
            result[name] = {"snrDb": None, "maxError": None, "note": "not finite"}
            continue
        noise = float(np.sum(error**2))
        snr = None if noise == 0 else round(10 * np.log10(float(np.sum(signal**2)) / noise), 2)
        same = [(a[name].argmax(-1) == b[name].argmax(-1)).ravel() for a, b in zip(wanted, found)]
        top = round(float(np.concatenate(same).mean()), 4)
        result[name] = {"snrDb": snr, "maxError": float(f"{np.max(np.abs(error)):.3e}"), "sameTop1": top}
    return result


def first_line(error):
    """What went wrong, without the folders of this machine."""
    line = str(error).strip().splitlines()[0]
    return re.sub(r"\S*/(?=[^/\s]*\.onnx\b)", "", f"{type(error).__name__}: {line}")[:300]


def judge(model, file, feeds, wanted):
    onnx.save(model, file)
    entry = {"opset": next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))}
    problem = check(file)["problem"]
    entry["checker"] = problem and " ".join(problem.split())
    try:
        entry["counts"] = count_precisions(model)
        emulated = emulate(model, wide_io=True).SerializeToString()
        entry["emulated"] = compare(wanted, list(run(emulated, feeds)))
    except Exception as error:
        entry["emulated"] = first_line(error)
    try:
        entry["onnxruntime"] = compare(wanted, list(run(file, feeds)))
    except Exception as error:
        entry["onnxruntime"] = first_line(error)
    return entry


def autocast(job, model, feeds, wanted):
    calibration = os.path.join(job["folder"], f"{model['name']}-samples")
    os.makedirs(calibration, exist_ok=True)
    for i, sample in enumerate(feeds):
        np.savez(os.path.join(calibration, f"{i:03}.npz"), **sample)
    results = []
    for kind in ("fp16", "bf16"):
        for keep in (True, False):
            entry = {"tool": "autocast", "to": kind, "keepIoTypes": keep}
            try:
                made = convert_to_mixed_precision(
                    model["path"], low_precision_type=kind, keep_io_types=keep, calibration_data=calibration,
                )
                file = os.path.join(job["folder"], f"{model['name']}-{kind}-{keep}.onnx")
                results.append({**entry, "classified": Classified.last, **judge(made, file, feeds, wanted)})
            except Exception as error:
                results.append({**entry, "failed": first_line(error)})
            print(f"{model['name']}: autocast {kind}, keep_io_types={keep}", flush=True)
    return results


def converter_common(job, model, feeds, wanted):
    entry = {"tool": "onnxconverter-common", "to": "fp16", "keepIoTypes": True}
    try:
        made = float16.convert_float_to_float16(onnx.load(model["path"]), keep_io_types=True)
        return {**entry, **judge(made, os.path.join(job["folder"], f"{model['name']}-common.onnx"), feeds, wanted)}
    except Exception as error:
        return {**entry, "failed": first_line(error)}


def main(job_file):
    with open(job_file) as file:
        job = json.load(file)
    convert.PrecisionConverter = Classified
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    models = []
    for model in job["models"]:
        feeds = [read_tensors(sample["tensors"], sample["specs"]) for sample in model["samples"]]
        wanted = list(run(model["path"], feeds))
        results = [*autocast(job, model, feeds, wanted), converter_common(job, model, feeds, wanted)]
        models.append({"name": model["name"], "nodes": len(onnx.load(model["path"]).graph.node), "samples": len(feeds), "results": results})
    with open(job["output"], "w") as file:
        json.dump({"versions": {name: version(name) for name in PACKAGES}, "models": models}, file)


if __name__ == "__main__":
    main(sys.argv[1])
