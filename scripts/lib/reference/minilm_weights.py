"""The parameters of the small transformer: the same numbers on every machine, from a seed.

The sizes are MiniLM-L6's: 6 layers, hidden 384, 12 heads, vocabulary 30522, 512 positions. The numbers are random, but scaled as
those of trained encoders are: LayerNorm's scales around 0.9 with a few large ones, so that single channels carry values
far from the others (what makes float16 hard), and weights that give attention scores of a few units.
"""

import numpy as np

LAYERS, HIDDEN, HEADS, INNER = 6, 384, 12, 1536
VOCABULARY, POSITIONS, SEGMENTS = 30522, 512, 2
SEED = 20261126
LOUD_CHANNELS = 4


def shapes():
    """Name and shape of every parameter, in the order in which they are drawn."""
    result = {
        "embeddings.word.weight": (VOCABULARY, HIDDEN),
        "embeddings.position.weight": (POSITIONS, HIDDEN),
        "embeddings.segment.weight": (SEGMENTS, HIDDEN),
        "embeddings.norm.weight": (HIDDEN,),
        "embeddings.norm.bias": (HIDDEN,),
    }
    for layer in range(LAYERS):
        linear = {"query": (HIDDEN, HIDDEN), "key": (HIDDEN, HIDDEN), "value": (HIDDEN, HIDDEN), "projection": (HIDDEN, HIDDEN),
                  "inner": (INNER, HIDDEN), "outer": (HIDDEN, INNER)}
        for name, shape in linear.items():
            result[f"layers.{layer}.{name}.weight"] = shape
            result[f"layers.{layer}.{name}.bias"] = shape[:1]
        for name in ("attention_norm", "output_norm"):
            result[f"layers.{layer}.{name}.weight"] = (HIDDEN,)
            result[f"layers.{layer}.{name}.bias"] = (HIDDEN,)
    return result


def weights():
    """float32 arrays by name."""
    random = np.random.Generator(np.random.PCG64(SEED))
    result = {}
    for name, shape in shapes().items():
        values = random.standard_normal(shape, dtype=np.float32)
        if "norm.weight" in name:
            values = np.float32(0.9) + np.float32(0.08) * values
            values[random.choice(HIDDEN, LOUD_CHANNELS, replace=False)] *= np.float32(5)
        elif "norm.bias" in name:
            values *= np.float32(0.1)
        else:
            values *= np.float32(0.02 if name.endswith("bias") else 0.05)
        result[name] = values
    return result
