"""Conditional normalizing flow over class-whitened latents."""

from dataclasses import dataclass
from typing import Any, Self, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from core.generator.base import ClassStatistics, LatentGenerator
from core.generator.gaussian import correlated
from core.models.base import Posterior

LAYERS = 4
WIDTH = 64
EPOCHS = 30
BATCH = 512
LEARNING_RATE = 3e-3


@final
@dataclass(frozen=True, eq=False)
class Flow(LatentGenerator):
    r"""Sampler of $\mu_y + L_y f_y^{-1}(\epsilon)$: noise through class-conditional coupling layers, then correlated.

    Latents are whitened by the moments of their class, so the flow learns only their non-Gaussian part. Affine
    coupling (Dinh, Sohl-Dickstein and Bengio, "Density estimation using Real NVP", 2017) is equally fast in both
    directions. The temperature scales ε.

    Attributes:
        statistics: of the classes.
        network: the conditional flow f; see `coupling_network`.
    """

    statistics: ClassStatistics
    network: nn.Module

    @classmethod
    def fit(cls, posterior: Posterior, labels: Tensor, classes: int, *, epochs: int = EPOCHS, seed: int = 0) -> Self:
        """Flow fitted by maximum likelihood to posteriors with labels (N,), sampled anew every epoch."""
        statistics = ClassStatistics.of_posterior(posterior, labels, classes)
        network, generator = coupling_network(classes, statistics.latent, seed), torch.Generator().manual_seed(seed)
        optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
        steps = epochs * -(-len(labels) // BATCH)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for _ in tqdm(range(epochs), desc="flow", unit="epoch"):
            white = whitened(posterior.sample(generator), statistics, labels)
            for rows in torch.randperm(len(labels), generator=generator).split(BATCH):
                loss = -network(F.one_hot(labels[rows], classes).float()).log_prob(white[rows]).mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
        return cls(statistics, network.eval().requires_grad_(False))

    @property
    def classes(self) -> int:
        return self.statistics.classes

    @torch.inference_mode()
    def draw(self, y: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
        noise = temperature * torch.randn((len(y), self.statistics.latent), generator=generator)
        white = self.network(F.one_hot(y, self.classes).float()).transform.inv(noise)
        return correlated(white, self.statistics, y)


def coupling_network(classes: int, latent: int, seed: int = 0) -> Any:
    """Untrained conditional flow of coupling layers over Z ≥ 2 dimensions, by zuko."""
    from zuko.flows import MAF  # needed only where a flow is fitted or loaded

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return MAF(latent, classes, transforms=LAYERS, passes=2, randperm=True, hidden_features=(WIDTH, WIDTH))


def whitened(z: Tensor, statistics: ClassStatistics, labels: Tensor) -> Tensor:
    r"""Whitened latents $L_y^{-1}(z - \mu_y)$, (N, Z): the inverse of `core.generator.gaussian.correlated`."""
    centred = (z - statistics.mean[labels])[..., None]
    return torch.linalg.solve_triangular(statistics.root[labels], centred, upper=False)[..., 0]
