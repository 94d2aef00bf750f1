"""Makes the small transformer with PyTorch and exports it, as users do.

python minilm_torch.py FOLDER: writes FOLDER/NAME.onnx for every export below, and FOLDER/expected.json with what PyTorch itself
computes for one input.
"""

import json
import math
import os
import sys

import torch
from torch import nn

from minilm_weights import HEADS, HIDDEN, INNER, LAYERS, POSITIONS, SEGMENTS, VOCABULARY, weights

EPSILON = 1e-12


class Embeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.word = nn.Embedding(VOCABULARY, HIDDEN)
        self.position = nn.Embedding(POSITIONS, HIDDEN)
        self.segment = nn.Embedding(SEGMENTS, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=EPSILON)
        self.register_buffer("position_ids", torch.arange(POSITIONS).unsqueeze(0), persistent=False)

    def forward(self, input_ids, token_type_ids):
        positions = self.position_ids[:, : input_ids.shape[1]]
        return self.norm(self.word(input_ids) + self.segment(token_type_ids) + self.position(positions))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(HIDDEN, HIDDEN) for _ in range(3))
        self.projection = nn.Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, eps=EPSILON)
        self.inner = nn.Linear(HIDDEN, INNER)
        self.outer = nn.Linear(INNER, HIDDEN)
        self.output_norm = nn.LayerNorm(HIDDEN, eps=EPSILON)

    @staticmethod
    def split(x):
        return x.view(x.shape[0], x.shape[1], HEADS, HIDDEN // HEADS).transpose(1, 2)

    def forward(self, x, mask):
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = query @ key.transpose(-1, -2) / math.sqrt(HIDDEN // HEADS)
        context = (torch.softmax(scores + mask, dim=-1) @ value).transpose(1, 2)
        context = context.reshape(x.shape[0], x.shape[1], HIDDEN)
        x = self.attention_norm(self.projection(context) + x)
        return self.output_norm(self.outer(nn.functional.gelu(self.inner(x))) + x)


class MiniLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = Embeddings()
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, input_ids, attention_mask, token_type_ids):
        mask = attention_mask[:, None, None, :].to(torch.float32)
        mask = (1.0 - mask) * torch.finfo(torch.float32).min
        x = self.embeddings(input_ids, token_type_ids)
        for layer in self.layers:
            x = layer(x, mask)
        counted = attention_mask.unsqueeze(-1).expand(x.shape).to(torch.float32)
        mean = (x * counted).sum(1) / counted.sum(1).clamp(min=1e-9)
        return x, nn.functional.normalize(mean, p=2.0, dim=1)


def model():
    result = MiniLM().eval()
    state = {name: torch.from_numpy(values) for name, values in weights().items()}
    result.load_state_dict(state, strict=True)
    return result


INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUTS = ["last_hidden_state", "sentence_embedding"]


def example():
    ids = (torch.arange(2 * 11).reshape(2, 11) * 1409 + 101) % VOCABULARY
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    return ids, mask, torch.zeros_like(ids)


def export_tracing(network, file, opset):
    """What `torch.onnx.export` was for years, and most models of this kind on the net come from."""
    axes = {name: {0: "batch", 1: "sequence"} for name in [*INPUTS, OUTPUTS[0]]} | {OUTPUTS[1]: {0: "batch"}}
    torch.onnx.export(
        network, example(), file, dynamo=False, opset_version=opset, input_names=INPUTS, output_names=OUTPUTS,
        dynamic_axes=axes,
    )


def export_dynamo(network, file, opset):
    """What it is by default since PyTorch 2.9."""
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=POSITIONS)}
    torch.onnx.export(
        network, example(), file, dynamo=True, opset_version=opset, input_names=INPUTS, output_names=OUTPUTS,
        dynamic_shapes=(sizes, sizes, sizes), external_data=False, verbose=False,
    )


EXPORTS = {
    # LayerNormalization and Gelu in parts
    "minilm-opset14": (export_tracing, 14),
    # both as one operator
    "minilm-opset20": (export_dynamo, 20),
}


def main(folder):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(0)
    network = model()
    inputs = example()
    with torch.no_grad():
        outputs = network(*inputs)
    for name, (export, opset) in EXPORTS.items():
        with torch.no_grad():
            export(network, os.path.join(folder, f"{name}.onnx"), opset)
    rounded = [[round(value, 6) for value in row] for row in outputs[1].tolist()]
    expected = dict(zip(INPUTS, [tensor.tolist() for tensor in inputs])) | {OUTPUTS[1]: rounded}
    with open(os.path.join(folder, "expected.json"), "w") as file:
        json.dump(expected, file)


if __name__ == "__main__":
    main(sys.argv[1])
