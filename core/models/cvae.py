"""Conditional variational autoencoder with a classifier: the supervised form of Kingma et al.'s model M2.

Kingma, Rezende, Mohamed and Welling, "Semi-supervised Learning with Deep Generative Models", 2014, eq. 6 and 9, as used
by Chandra, Drelich, Scholl and Wortsman, "Generative Models and Applications in Style Transfer with Interaction", 2018,
section 3.2.
"""

from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.base import Autoencoder, Posterior
from core.nn.losses import bernoulli_nll, gaussian_kl


@final
class CVAE(Autoencoder):
    r"""q(z | x) or q(z | x, y), q(y | x) and p(x | z, y), trained together.

    Minimises reconstruction + KL + cross-entropy of the classifier, all in nats per picture.

    Args:
        latent: dimensions Z of the latent space.
        architecture: "dense" (500 hidden units, Softplus) or "convolutional" (section 3.2.1, ψ with 256 units).
        condition: what the encoder sees, "x" or "xy".
        classes: number K of classes.
        channels, size: shape of the pictures.

    Example:
        >>> model = CVAE(latent=2).eval()
        >>> x = torch.rand(3, 1, 28, 28)
        >>> z = model.encode(x, torch.tensor([1, 2, 3])).mean
        >>> z.shape, model.decode(z, torch.tensor([7, 7, 7])).shape, model.class_logits(x).shape
        (torch.Size([3, 2]), torch.Size([3, 1, 28, 28]), torch.Size([3, 10]))
    """

    def __init__(
        self,
        latent: int = 20,
        architecture: str = "dense",
        condition: str = "xy",
        classes: int = 10,
        channels: int = 1,
        size: int = 28,
    ) -> None:
        super().__init__()
        if condition not in ("x", "xy"):
            raise ValueError(f"expected an encoder conditioned on x or xy, got {condition!r}")
        self.latent = latent
        self.classes = classes
        self.sees_label = condition == "xy"
        given = classes if self.sees_label else 0
        parts = {"dense": _dense, "convolutional": _convolutional}[architecture]
        self.features, self.encoder, self.classifier, self.decoder = parts(latent, given, classes, channels, size)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        """Posteriors of pictures; an encoder that needs labels and gets none takes the classifier's predictions."""
        features = self.features(x)
        if self.sees_label:
            y = self.class_logits(x).argmax(dim=1) if y is None else y
            features = torch.cat([features, self._one_hot(y)], dim=1)
        return Posterior(*self.encoder(features).float().chunk(2, dim=1))

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.decoder(torch.cat([z, self._one_hot(y)], dim=1)).float()

    def class_logits(self, x: Tensor) -> Tensor:
        """Class logits of q(y | x): pictures (B, C, H, W) → (B, K)."""
        return self.classifier(x).float()

    def loss(
        self, x: Tensor, y: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> dict[str, Tensor]:
        posterior = self.encode(x, y)
        terms = {
            "reconstruction": bernoulli_nll(self.logits(posterior.sample(generator), y), x),
            "kl": gaussian_kl(*posterior),
            "classification": F.cross_entropy(self.class_logits(x), self._labels(y)),
        }
        return {"total": torch.stack(list(terms.values())).sum()} | terms

    def _one_hot(self, y: Tensor | None) -> Tensor:
        return F.one_hot(self._labels(y), self.classes).float()


def _dense(latent: int, given: int, classes: int, channels: int, size: int) -> tuple[nn.Module, ...]:
    """One hidden layer of 500 units with Softplus each (section 3.2): features, encoder, classifier, decoder."""

    def perceptron(inputs: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(nn.Linear(inputs, 500), nn.Softplus(), nn.Linear(500, outputs))

    pixels = channels * size**2
    return (
        nn.Flatten(),
        perceptron(pixels + given, 2 * latent),
        nn.Sequential(nn.Flatten(), perceptron(pixels, classes)),
        nn.Sequential(perceptron(latent + classes, pixels), nn.Unflatten(1, (channels, size, size))),
    )


def _convolutional(latent: int, given: int, classes: int, channels: int, size: int) -> tuple[nn.Module, ...]:
    """Figures 11 and 12: φ_z keeps every pixel (64·S² features), φ_y pools twice (1,600 for S = 28).

    The posterior is linear in φ_z: the 500 units of the dense form would alone have 25 million weights here.
    """
    features = nn.Sequential(
        *_normalised(nn.Conv2d(channels, 32, 3, padding=1)), *_normalised(nn.Conv2d(32, 64, 3, padding=1)), nn.Flatten()
    )
    pooled = ((size - 2) // 2 - 2) // 2
    classifier = nn.Sequential(
        *(nn.Conv2d(channels, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Flatten(), nn.Linear(64 * pooled**2, 500), nn.Softplus(), nn.Linear(500, classes)),
    )
    side = size // 4
    decoder = nn.Sequential(
        *(nn.Linear(latent + classes, 256), nn.ReLU(), nn.Linear(256, 64 * side**2), nn.Unflatten(1, (64, side, side))),
        *_normalised(nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1)),
        *_normalised(nn.ConvTranspose2d(32, 32, 4, stride=2, padding=1)),
        nn.ConvTranspose2d(32, channels, 3, padding=1),
    )
    return features, nn.Linear(64 * size**2 + given, 2 * latent), classifier, decoder


def _normalised(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    return layer, nn.BatchNorm2d(layer.out_channels), nn.ReLU()
