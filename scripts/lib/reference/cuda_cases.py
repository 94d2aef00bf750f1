"""cuda_cases.py CASES: computes with ONNX Runtime's CUDA provider (package onnxruntime-gpu) what is in a folder of
cases, as scripts/lib/gpu/cases.mjs writes them, and compares with the results of float32 on a processor.
One line of JSON per model: dB over differences of the worst output, how many nodes ran where, ms per run.
With --cpu on a processor, which shows that the script works."""

import argparse
import collections
import json
import math
import os
import pathlib
import sys
import tempfile
import time

import numpy as np
import onnxruntime as ort

TYPES = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(int64)": np.int64}


def read_case(folder, types):
    """Samples as (inputs, expected), both by name, and the dB that are wanted."""
    samples, least = [], 0
    for line in (folder / "case.txt").read_text().splitlines():
        what, *rest = line.split(" ")
        if what == "snr":
            least = float(rest[0])
        elif what == "sample":
            samples.append(({}, {}))
        else:
            name, dims, file = rest
            data = np.fromfile(folder / file, TYPES[types[name]] if what == "input" else np.float32)
            samples[-1][0 if what == "input" else 1][name] = data.reshape([int(dim) for dim in dims.split("x")])
    return samples, least


def nodes_by_provider(profile):
    """Nodes that ran, by provider, each once."""
    places = {}
    for event in json.loads(pathlib.Path(profile).read_text()):
        provider = event.get("args", {}).get("provider")
        if provider:
            places[event["name"]] = provider.removesuffix("ExecutionProvider")
    return dict(collections.Counter(places.values()))


def decibels(signal, noise):
    """Minus infinity where a result is no number."""
    if math.isnan(noise):
        return -math.inf
    return math.inf if noise == 0 else 10 * math.log10(signal / noise)


def try_case(folder, on_cpu):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.enable_profiling = True
    options.profile_file_prefix = os.path.join(tempfile.mkdtemp(), "profile")
    # TF32 has the 11 bits of float16: what is float32 must be computed as such.
    cuda = ("CUDAExecutionProvider", {"use_tf32": "0"})
    providers = ["CPUExecutionProvider"] if on_cpu else [cuda, "CPUExecutionProvider"]
    session = ort.InferenceSession(str(folder / "model.onnx"), options, providers=providers)
    if not on_cpu and "CUDAExecutionProvider" not in session.get_providers():
        raise RuntimeError("ONNX Runtime does not find CUDA")
    samples, least = read_case(folder, {one.name: one.type for one in session.get_inputs()})
    signal, noise = collections.Counter(), collections.Counter()
    for inputs, expected in samples:
        for output, actual in zip(session.get_outputs(), session.run(None, inputs)):
            wanted = expected[output.name].astype(np.float64)
            signal[output.name] += float((wanted**2).sum())
            noise[output.name] += float(((actual - wanted) ** 2).sum())
    places = nodes_by_provider(session.end_profiling())
    start = time.perf_counter()
    for _ in range(20):
        session.run(None, samples[0][0])
    ms = (time.perf_counter() - start) / 20 * 1000
    worst = min(decibels(signal[name], noise[name]) for name in signal)
    return {"db": round(worst, 1), "wanted": least, "ok": worst >= least, "nodes": places, "ms": round(ms, 2)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=pathlib.Path)
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    if hasattr(ort, "preload_dlls"):
        ort.preload_dlls()
    is_good = True
    for folder in sorted(arguments.cases.glob("*/*")):
        result = {"precision": folder.parent.name, "model": folder.name, "onnxruntime": ort.__version__}
        try:
            result |= try_case(folder, arguments.cpu)
        except Exception as error:  # a model that it cannot load, too, is a result
            result |= {"ok": False, "error": str(error)}
        is_good = is_good and result["ok"]
        print(json.dumps(result), flush=True)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
