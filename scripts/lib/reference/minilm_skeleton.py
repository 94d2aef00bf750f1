"""A model without its weights, and back: what PyTorch exported is kept in the repository, what a seed gives is not.

python minilm_skeleton.py fill SKELETON.onnx.gz MODEL.onnx     the whole model
python minilm_skeleton.py strip MODEL.onnx SKELETON.onnx.gz    the skeleton, from an export
python minilm_skeleton.py clean MODEL.onnx MODEL.onnx          an export without what depends on the machine
"""

import gzip
import sys

import numpy as np
import onnx
from onnx import numpy_helper

from minilm_weights import weights

# In a skeleton, an initializer of this prefix in its doc_string stands for a parameter.
MARK = "parameter:"
TRANSPOSED = ":transposed"


def clean(model):
    """Without the lines of source that PyTorch notes for every node: they name folders of the machine."""
    for node in model.graph.node:
        kept = [p for p in node.metadata_props if p.key != "pkg.torch.onnx.stack_trace"]
        if len(kept) != len(node.metadata_props):
            del node.metadata_props[:]
            node.metadata_props.extend(kept)
    return model


def strip(model):
    """Replaces every initializer that is a parameter, or one transposed, by its name."""
    sources = {}
    for name, array in weights().items():
        sources[array.tobytes(), array.shape] = MARK + name
        if array.ndim == 2:
            sources[np.ascontiguousarray(array.T).tobytes(), array.T.shape] = MARK + name + TRANSPOSED
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        source = sources.get((array.tobytes(), array.shape))
        if source is not None:
            tensor.ClearField("raw_data")
            tensor.doc_string = source
        elif array.size > 1024:
            raise SystemExit(f"{tensor.name} {list(array.shape)} is no parameter")
    return model


def fill(model):
    known = weights()
    for tensor in model.graph.initializer:
        if tensor.doc_string.startswith(MARK):
            name = tensor.doc_string[len(MARK) :]
            array = known[name.removesuffix(TRANSPOSED)]
            tensor.raw_data = (array.T if name.endswith(TRANSPOSED) else array).tobytes()
            tensor.ClearField("doc_string")
    return model


def read(file):
    with (gzip.open if file.endswith(".gz") else open)(file, "rb") as source:
        return onnx.ModelProto.FromString(source.read())


def main(command, source, target):
    model = read(source)
    made = {"fill": fill, "clean": clean, "strip": lambda whole: strip(clean(whole))}[command](model)
    data = made.SerializeToString(deterministic=True)
    with open(target, "wb") as out:
        out.write(gzip.compress(data, 9, mtime=0) if command == "strip" else data)


if __name__ == "__main__":
    main(*sys.argv[1:])
