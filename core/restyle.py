"""StyleApp's computation: read a glyph, name it, and walk from it towards another style.

"LLAMA: Learning Latent trAnsforMations for generative style trAnsfer" (Hu, Thompson and Tsoi), section 4.7.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from core.data.characters import CLASSES
from core.latent import interpolate
from core.metrics.class_means_recognised import merge_lookalikes
from core.models.base import Autoencoder, Classifier

SURE = 0.7  # the least probability with which one name is given


class Reading(NamedTuple):
    """What the models make of one glyph: its latent mean `z`, (Z,), and its class `probabilities`, (K,)."""

    z: Tensor
    probabilities: Tensor


class Verdict(NamedTuple):
    """The likeliest characters with their probabilities, and how much they are worth.

    `state` is "sure" if the first one alone has `SURE`, "alike" if only together with its look-alikes (O, o and 0 are
    one shape once cropped), else "unsure".
    """

    top: list[tuple[str, float]]
    state: Literal["sure", "alike", "unsure"]


@torch.inference_mode()
def read(ink: Tensor, autoencoder: Autoencoder, classifier: Classifier) -> Reading:
    """Encode and classify one preprocessed glyph, (1, 1, S, S) in [0, 1]."""
    return Reading(autoencoder.encode(ink).mean[0], classifier.probabilities(ink)[0])


def verdict(probabilities: Tensor, top: int = 5) -> Verdict:
    """Rank the class probabilities (K,) and say how sure the first name is.

    Example:
        >>> verdict(torch.nn.functional.one_hot(torch.tensor(10), 62).float(), top=1)
        Verdict(top=[('A', 1.0)], state='sure')
    """
    ranked = probabilities.topk(top)
    family = merge_lookalikes(torch.arange(len(probabilities)))
    best = int(ranked.indices[0])
    together = float(probabilities[family == family[best]].sum())
    named = [(CLASSES[i], float(p)) for i, p in zip(ranked.indices, ranked.values, strict=True)]
    return Verdict(named, "sure" if named[0][1] >= SURE else "alike" if together >= SURE else "unsure")


def pull(z_pad: Tensor, z_target: Tensor, lam: float) -> Tensor:
    r"""$z = z_{pad} + \lambda (z_\mu - z_{pad})$, latents of shape (Z,).

    Example:
        >>> pull(torch.tensor([0.0, 4.0]), torch.tensor([2.0, 0.0]), 0.5)
        tensor([1., 2.])
    """
    return torch.lerp(z_pad, z_target, lam)


@torch.inference_mode()
def surroundings(
    model: Autoencoder, z_pad: Tensor, z_target: Tensor, z_samples: Tensor, steps: int = 11
) -> tuple[Tensor, Tensor]:
    """The way from a glyph to its target in `steps` pictures, both ends included, and samples; decoded in one batch.

    Args:
        z_pad, z_target: (Z,).
        z_samples: (M, Z).
        steps: number of pictures.

    Returns:
        Pictures in [0, 1], (steps, 1, S, S) and (M, 1, S, S).
    """
    latents = torch.cat([interpolate(z_pad, z_target, steps), z_samples])
    way, samples = model.decode(latents).split([steps, len(z_samples)])
    return way, samples
