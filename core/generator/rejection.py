"""Rejection sampling by a guide classifier."""

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from core.generator.base import LatentGenerator
from core.latent.encoding import decode_set
from core.models.base import Autoencoder, Classifier


@final
@dataclass(frozen=True, eq=False)
class Rejected(LatentGenerator):
    """Sampler that redraws latents whose decoding a guide classifier does not assign to their class.

    After the last attempt each picture keeps its most probable latent. The guide is never the classifier that
    evaluates the result.

    Attributes:
        latents: generator to sample from.
        model: decodes the latents.
        guide: frozen classifier.
        threshold: accepted probability of the class, in [0, 1].
        attempts: maximum draws of each latent, 1 to 64.
    """

    latents: LatentGenerator
    model: Autoencoder
    guide: Classifier
    threshold: float = 0.9
    attempts: int = 8

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"expected a threshold from 0 to 1, got {self.threshold}")
        if not 1 <= self.attempts <= 64:
            raise ValueError(f"expected 1 to 64 attempts, got {self.attempts}")

    @property
    def classes(self) -> int:
        return self.latents.classes

    @torch.inference_mode()
    def draw(self, y: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
        best = self.latents.draw(y, generator, temperature)
        probability = self.probability(best, y)
        for _ in range(self.attempts - 1):
            rejected = (probability < self.threshold).nonzero()[:, 0]
            if not len(rejected):
                break
            fresh = self.latents.draw(y[rejected], generator, temperature)
            now = self.probability(fresh, y[rejected])
            better = now > probability[rejected]
            best[rejected[better]], probability[rejected[better]] = fresh[better], now[better]
        return best

    def probability(self, z: Tensor, y: Tensor) -> Tensor:
        """The guide's probability of class y for each decoded latent, (B,)."""
        if not len(y):
            return z.new_zeros(0)
        pictures = decode_set(self.model, z, y)
        rows = [self.guide.probabilities(part) for part in pictures.split(512)]
        return torch.cat(rows).gather(1, y[:, None])[:, 0]
