"""What the paper's infrared-visible network did: base and detail codes, merged by rules, decoded."""

from collections.abc import Mapping

import keras
import numpy as np

from cscfuse_keras.explain.stacks import to_numpy, to_tensor, trace_stack, units_of
from cscfuse_keras.explain.traces import ChannelGroup, Contributions, StackTrace, Trace, WeightMap
from cscfuse_keras.fusion.l1_norm import activity
from cscfuse_keras.fusion.ratio import share
from cscfuse_keras.fusion.saliency import saliency_weight

SOURCES = "infrared", "visible"

_DEFINITION = (
    "The merged codes are sums of what each source gave, and the decoder is linear up to a last sigmoid. So "
    "what enters the sigmoid is a sum of a part for each source's base and detail, and of the decoder's own constant. "
    "The sigmoid's change from mid-grey is shared out in proportion to these parts (integrated gradients). Weights of "
    "the merge rules depend on both pictures; they are taken as they came out."
)


def trace_stacks(model: keras.Model, inputs: np.ndarray | Mapping[str, np.ndarray]) -> list[StackTrace]:
    """Base and detail stack, of the pictures of a pair, or of any that the autoencoder takes."""
    pair = isinstance(inputs, Mapping)
    images = np.concatenate([inputs[name] for name in SOURCES]) if pair else inputs
    items = SOURCES if pair else tuple(f"picture {k}" for k in range(len(images)))
    encoder = model.get_layer("encoder")
    split = [to_numpy(part) for part in encoder.get_layer("split")(to_tensor(images))]
    stacks = []
    for branch, part in zip(("base", "detail"), split, strict=True):
        units = units_of(encoder, f"{branch}_unit")
        # The released network shows the whole image to all units but the first.
        whole = len(units) > 1 and _sees_whole(encoder, units[1])
        seen = [part, *[images if whole else part] * (len(units) - 1)]
        stacks.append(trace_stack(units, seen, branch, branch, items, [ChannelGroup("brightness", (0,))]))
    return stacks


def _sees_whole(encoder, unit) -> bool:
    return unit.input[0] is encoder.inputs[0]


def trace(model: keras.Model, inputs: Mapping[str, np.ndarray]) -> Trace:
    """What the fusion model did with a pair; see `cscfuse_keras.explain.trace`."""
    stacks = trace_stacks(model, inputs)
    decoder, parts, weights = model.get_layer("decoder"), {}, []
    for stack in stacks:
        merge = model.get_layer(f"merge_{stack.name}")
        codes = np.split(stack.units[-1].code, 2)
        for name, code, weight in zip(SOURCES, codes, _rule_weights(merge.rule, *codes), strict=True):
            parts[f"{name}, {stack.name}"] = _decoded(decoder, merge.gain * weight * code)
            values = np.broadcast_to(weight.mean(axis=-1)[0], code.shape[1:3])
            weights.append(WeightMap(f"{stack.name} codes, rule {merge.rule}", name, values, (0.0, 1.0)))
    nothing = decoder.reconstruct(to_tensor(np.zeros_like(codes[0])))
    parts["the decoder's own constant"] = 2 * to_numpy(nothing)[0]
    entering = np.stack(list(parts.values()))
    fused = to_numpy(model({name: to_tensor(inputs[name]) for name in SOURCES}, training=False))[0]
    split = {f"{name}, {stack.name}": stack.units[0].image[k] for k, name in enumerate(SOURCES) for stack in stacks}
    own = {name: tuple(k for k, part in enumerate(parts) if part.startswith(f"{name},")) for name in SOURCES}
    contributions = Contributions(tuple(parts), _through_sigmoid(entering), 0.5, fused, own, _DEFINITION)
    return Trace("ivf", {name: inputs[name][0] for name in SOURCES}, fused, stacks, split, weights, contributions)


def _decoded(decoder, code) -> np.ndarray:
    """The linear part of what the decoder makes of a code, (height, width, 1)."""
    both = np.concatenate([code, np.zeros_like(code)])
    image, nothing = to_numpy(decoder.reconstruct(to_tensor(both)))
    return image - nothing


def _through_sigmoid(parts: np.ndarray) -> np.ndarray:
    """Parts of sigmoid(sum of parts) - 0.5, in proportion."""
    total = parts.sum(axis=0, dtype=np.float64)
    slope = np.where(np.abs(total) < 1e-6, 0.25, (np.tanh(total / 2) / 2) / np.where(total == 0, 1, total))
    return parts * slope


def _rule_weights(rule: str, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of both codes in a merge rule, broadcastable to them."""
    codes = to_tensor(first), to_tensor(second)
    if rule == "saliency":
        weight = to_numpy(saliency_weight(*codes))
    elif rule == "l1_norm":
        weight = to_numpy(share(*(activity(code) for code in codes)))
    else:
        weight = np.full((1, 1, 1, 1), {"average": 0.5, "sum": 1.0}[rule], np.float32)
    return weight, weight if rule == "sum" else 1 - weight
