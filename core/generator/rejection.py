"""Draw again what a guide doubts."""

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
    """Another generator's latents, those redrawn whose decoding a frozen classifier doubts to be of its class.

    After the last attempt each picture keeps the latent that convinced the guide most. The guide never is the judge.

    Attributes:
        latents: the generator to draw from.
        model: decodes the latents.
        guide: a classifier that takes no part in judging the result.
        belief: probability of the class, in [0, 1], from which on the guide is content.
        attempts: draws of each latent at most, 1 to 64.
    """

    latents: LatentGenerator
    model: Autoencoder
    guide: Classifier
    belief: float = 0.9
    attempts: int = 8

    def __post_init__(self) -> None:
        if not 0 <= self.belief <= 1:
            raise ValueError(f"expected a belief from 0 to 1, got {self.belief}")
        if not 1 <= self.attempts <= 64:
            raise ValueError(f"expected 1 to 64 attempts, got {self.attempts}")

    @property
    def classes(self) -> int:
        return self.latents.classes

    @torch.inference_mode()
    def draw(self, y: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
        best = self.latents.draw(y, generator, temperature)
        belief = self.believed(best, y)
        for _ in range(self.attempts - 1):
            doubted = (belief < self.belief).nonzero()[:, 0]
            if not len(doubted):
                break
            fresh = self.latents.draw(y[doubted], generator, temperature)
            now = self.believed(fresh, y[doubted])
            better = now > belief[doubted]
            best[doubted[better]], belief[doubted[better]] = fresh[better], now[better]
        return best

    def believed(self, z: Tensor, y: Tensor) -> Tensor:
        """What probability the guide gives the class of each decoded latent, (B,)."""
        if not len(y):
            return z.new_zeros(0)
        pictures = decode_set(self.model, z, y)
        read = [self.guide.probabilities(rows) for rows in pictures.split(512)]
        return torch.cat(read).gather(1, y[:, None])[:, 0]
