"""Writes arrays as NumPy itself does, for the readers to be tried on; and reads what the writers wrote.

`write FOLDER` writes the files below; `read FILE...` prints a JSON list with the arrays of each file.
"""

import json
import sys
import warnings
import zipfile

import ml_dtypes
import numpy as np

NUMBERS = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]


def numbers(code):
    """Values at the ends of the type's range and in between, as an array of shape (2, 3, 4)."""
    dtype = np.dtype(code)
    if dtype.kind == "b":
        values = np.arange(24) % 3 == 0
    elif dtype.kind == "f":
        values = np.array([0, -0.0, 1, -1.5, np.inf, -np.inf, np.nan, np.finfo(dtype).max] + list(range(16)))
    else:
        values = np.array([np.iinfo(dtype).min, np.iinfo(dtype).max] + list(range(22)), dtype=dtype)
    return values.astype(dtype).reshape(2, 3, 4)


def arrays():
    yield "bfloat16", numbers("f4").astype(ml_dtypes.bfloat16)
    for code in NUMBERS:
        for order in "CF":
            for endian in "<>":
                array = np.array(numbers(code).astype(np.dtype(code).newbyteorder(endian)), order=order)
                yield f"{code}-{'little' if endian == '<' else 'big'}-{order}", array
    text = np.array([["a", "", "héllo"], ["😀 two", "\ud800", "x\0y"]])
    for order in "CF":
        for endian in "<>":
            yield f"text-{'little' if endian == '<' else 'big'}-{order}", np.array(text.astype(text.dtype.newbyteorder(endian)), order=order)
    yield "bytes", np.array(["a", "", "héllo".encode()], dtype="S9")
    yield "scalar", np.array(2.5, np.float32)
    yield "scalar-text", np.array("one")
    yield "empty", np.zeros((0, 3), np.int64)
    yield "empty-F", np.zeros((2, 0, 3), np.float32, order="F")
    yield "ones-F", np.asfortranarray(np.arange(5, dtype=np.float32).reshape(1, 5, 1))
    yield "large-F", np.asfortranarray(np.arange(300_000, dtype=np.int32).reshape(100, 50, 60))
    yield "large-big", np.arange(300_000, dtype=">u2")


def write(folder):
    everything = dict(arrays())
    for name, array in everything.items():
        np.save(f"{folder}/{name}.npy", array)
    for version in (1, 2, 3):
        with open(f"{folder}/version-{version}.npy", "wb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.lib.format.write_array(file, numbers("f4"), version=(version, 0))
    np.savez(f"{folder}/stored.npz", **everything)
    np.savez_compressed(f"{folder}/packed.npz", **everything)
    np.savez(f"{folder}/names.npz", **{"/encoder/out:0": numbers("f4"), "é😀": numbers("i1"), "a\\b": numbers("u2"), "__proto__": numbers("b1")})
    np.savez(f"{folder}/positional.npz", numbers("f4"), numbers("i8"))
    np.savez(f"{folder}/nothing.npz")
    refused = {
        "objects": np.array([{}, 1], dtype=object),
        "complex": np.zeros(2, np.complex64),
        "dates": np.zeros(2, "M8[ns]"),
        "spans": np.zeros(2, "m8[s]"),
        "fields": np.zeros(2, [("a", "<f4"), ("b", "<i8")]),
        "raw": np.zeros(2, "V5"),
    }
    if np.dtype(np.longdouble).itemsize > 8:
        refused["long"] = np.zeros(2, np.longdouble)
    for name, array in refused.items():
        np.save(f"{folder}/refused-{name}.npy", array)
    # The directory with 64-bit fields, which appears in archives over 4 GiB only, in a small one.
    zipfile.ZIP64_LIMIT = 10
    np.savez(f"{folder}/zip64.npz", x=numbers("f4"), y=numbers("i8"))


def describe(array):
    little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))).reshape(array.shape)
    found = {"dtype": array.dtype.str, "shape": list(array.shape), "hex": little.tobytes().hex()}
    if array.dtype.kind == "U":
        found["text"] = array.flatten().tolist()
    if array.dtype.kind == "S":
        found["text"] = [item.decode() for item in array.flatten()]
    return found


def read(file):
    loaded = np.load(file, allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        return {"": describe(loaded)}
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
    return {name: describe(loaded[name]) for name in loaded.files}


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        print(json.dumps([read(file) for file in sys.argv[2:]]))
