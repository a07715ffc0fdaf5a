"""Class-conditional latent generators over a trained autoencoder.

    generators = load_generators("mnist-mmd-10")
    y = torch.tensor([2, 0, 2, 6])
    pictures = generate(model, generators["medium-2"], y, generator=torch.Generator().manual_seed(0))

Each is a frozen dataclass with one method, `sample(y, generator=…, temperature=…) -> (B, Z)`.
"""

from core.generator.base import ClassStatistics, LatentGenerator, generate
from core.generator.flow import Flow
from core.generator.gaussian import Diagonal, FullCovariance
from core.generator.mixture import Mixture
from core.generator.rejection import Rejected
from core.generator.store import GENERATORS, Generators, load_generators

__all__ = [
    "GENERATORS",
    "ClassStatistics",
    "Diagonal",
    "Flow",
    "FullCovariance",
    "Generators",
    "LatentGenerator",
    "Mixture",
    "Rejected",
    "generate",
    "load_generators",
]
