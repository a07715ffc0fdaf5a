"""Encoder and decoder blocks: dense layers, the papers' convolutions, and residual pairs with sharper edges.

An encoder maps pictures (B, C, S, S) to features (B, out); a decoder maps (B, latent) to logits (B, C, S, S).
S is a multiple of 4: two halvings lead to S/4 × S/4 and back; the four of the paintings' pair round down. The
conditional pair also takes labels (B,).
"""

import torch
from torch import Tensor, nn


class DenseEncoder(nn.Sequential):
    """One hidden fully connected layer with ReLU: (B, C, S, S) → (B, out)."""

    def __init__(self, channels: int, size: int, out: int, width: int = 400) -> None:
        super().__init__(nn.Flatten(), nn.Linear(channels * size**2, width), nn.ReLU(), nn.Linear(width, out))


class DenseDecoder(nn.Sequential):
    """Its mirror: (B, latent) → logits (B, C, S, S)."""

    def __init__(self, latent: int, channels: int, size: int, width: int = 400) -> None:
        pixels = nn.Unflatten(1, (channels, size, size))
        super().__init__(nn.Linear(latent, width), nn.ReLU(), nn.Linear(width, channels * size**2), pixels)


class SoftplusEncoder(nn.Sequential):
    """Two hidden fully connected layers with Softplus: (B, C, S, S) → (B, out).

    Table 1 of Vargas Aguilar, Gu and Lee, "Statistical generation of hand-written digits via analysis of learned latent
    representations".
    """

    def __init__(self, channels: int, size: int, out: int, width: int = 500) -> None:
        layers = (nn.Linear(channels * size**2, width), nn.Softplus(), nn.Linear(width, width), nn.Softplus())
        super().__init__(nn.Flatten(), *layers, nn.Linear(width, out))


class SoftplusDecoder(nn.Sequential):
    """Their table 2, the mirror: (B, latent) → logits (B, C, S, S)."""

    def __init__(self, latent: int, channels: int, size: int, width: int = 500) -> None:
        layers = (nn.Linear(latent, width), nn.Softplus(), nn.Linear(width, width), nn.Softplus())
        pixels = nn.Unflatten(1, (channels, size, size))
        super().__init__(*layers, nn.Linear(width, channels * size**2), pixels)


class ConvEncoder(nn.Sequential):
    """The two-convolution encoder of the StyleApp paper (section 4.2): (B, C, S, S) → (B, out)."""

    def __init__(self, channels: int, size: int, out: int, width: int = 32) -> None:
        super().__init__(
            nn.Conv2d(channels, width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(2 * width * (size // 4) ** 2, out),
        )


class ConvDecoder(nn.Sequential):
    """The "similar deconvolutional decoder" of the same section: (B, latent) → logits (B, C, S, S)."""

    def __init__(self, latent: int, channels: int, size: int, width: int = 32) -> None:
        super().__init__(
            nn.Linear(latent, 2 * width * (size // 4) ** 2),
            nn.ReLU(),
            nn.Unflatten(1, (2 * width, size // 4, size // 4)),
            nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1),
        )


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions with batch normalisation, added to their input: (B, W, H, H) → the same shape.

    He et al., "Deep Residual Learning for Image Recognition", 2016, figure 2.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )
        self.activation = nn.SiLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(x + self.body(x))


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3×3 convolution, batch normalisation, SiLU: (B, inputs, H, H) → (B, outputs, H / stride, H / stride)."""
    layer = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.SiLU())


class ResidualEncoder(nn.Sequential):
    """Three scales of residual blocks: (B, C, S, S) → (B, out)."""

    def __init__(self, channels: int, size: int, out: int, width: int = 32) -> None:
        super().__init__(
            convolution(channels, width),
            convolution(width, 2 * width, stride=2),
            ResidualBlock(2 * width),
            convolution(2 * width, 4 * width, stride=2),
            ResidualBlock(4 * width),
            nn.Flatten(),
            nn.Linear(4 * width * (size // 4) ** 2, out),
        )


class ResidualDecoder(nn.Sequential):
    """The encoder's mirror with sub-pixel upsampling: (B, latent) → logits (B, C, S, S).

    Shi et al., "Real-Time Single Image and Video Super-Resolution Using … Sub-Pixel Convolution", 2016.
    """

    def __init__(self, latent: int, channels: int, size: int, width: int = 32) -> None:
        super().__init__(
            nn.Linear(latent, 4 * width * (size // 4) ** 2),
            nn.Unflatten(1, (4 * width, size // 4, size // 4)),
            nn.BatchNorm2d(4 * width),
            nn.SiLU(),
            ResidualBlock(4 * width),
            convolution(4 * width, 8 * width),
            nn.PixelShuffle(2),
            ResidualBlock(2 * width),
            convolution(2 * width, 4 * width),
            nn.PixelShuffle(2),
            convolution(width, width),
            nn.Conv2d(width, channels, 3, padding=1),
        )


class FilmBlock(nn.Module):
    """A residual block whose second normalisation is scaled and shifted by class: (B, W, H, H), (B,) → (B, W, H, H).

    Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", 2018, eq. 2.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.first = convolution(width, width)
        self.second = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width, affine=False)
        )
        self.scale = nn.Embedding.from_pretrained(torch.ones(classes, width), freeze=False)
        self.shift = nn.Embedding.from_pretrained(torch.zeros(classes, width), freeze=False)
        self.activation = nn.SiLU()

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        scale, shift = self.scale(y)[..., None, None], self.shift(y)[..., None, None]
        return self.activation(x + scale * self.second(self.first(x)) + shift)


class FilmEncoder(nn.Module):
    """Class-conditional `ResidualEncoder`: (B, C, S, S), (B,) → (B, out)."""

    def __init__(self, channels: int, size: int, out: int, width: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(convolution(channels, width), convolution(width, 2 * width, stride=2))
        self.fine = FilmBlock(2 * width, classes)
        self.shrink = convolution(2 * width, 4 * width, stride=2)
        self.coarse = FilmBlock(4 * width, classes)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(4 * width * (size // 4) ** 2, out))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.head(self.coarse(self.shrink(self.fine(self.stem(x), y)), y))


class FilmDecoder(nn.Module):
    """Class-conditional `ResidualDecoder`: (B, latent), (B,) → logits (B, C, S, S)."""

    def __init__(self, latent: int, channels: int, size: int, width: int, classes: int) -> None:
        super().__init__()
        side = size // 4
        self.style = nn.Linear(latent, 4 * width * side**2)
        self.content = nn.Embedding(classes, 4 * width * side**2)
        self.stem = nn.Sequential(nn.Unflatten(1, (4 * width, side, side)), nn.BatchNorm2d(4 * width), nn.SiLU())
        self.coarse = FilmBlock(4 * width, classes)
        self.grow = nn.Sequential(convolution(4 * width, 8 * width), nn.PixelShuffle(2))
        self.fine = FilmBlock(2 * width, classes)
        self.head = nn.Sequential(
            convolution(2 * width, 4 * width),
            nn.PixelShuffle(2),
            convolution(width, width),
            nn.Conv2d(width, channels, 3, padding=1),
        )

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        x = self.coarse(self.stem(self.style(z) + self.content(y)), y)
        return self.head(self.fine(self.grow(x), y))


class ArtEncoder(nn.Module):
    """Four stride-2 convolutions with ReLU and a dense layer, beside a linear first guess: (B, C, S, S) → (B, out).

    Figure 5.1 of the report on style loss in the latent spaces of autoencoders of paintings. The first guess is one
    linear map of the picture at half its size. It starts as the lowest frequencies of the cosine transform, which are
    near to the principal components of natural pictures (Ahmed, Natarajan and Rao, "Discrete Cosine Transform", 1974),
    scaled to variances near 1: what the convolutions learn is what a linear code misses.
    """

    def __init__(self, channels: int, size: int, out: int, width: int = 16) -> None:
        super().__init__()
        last = nn.Linear(8 * width * (size // 16) ** 2, out)
        self.body = nn.Sequential(
            *(layer for i in range(4) for layer in _halving(channels if i == 0 else width << (i - 1), width << i)),
            nn.Flatten(),
            last,
        )
        self.small = nn.Sequential(nn.AvgPool2d(2), nn.Flatten())
        self.guess = nn.Linear(channels * (size // 2) ** 2, out)
        self.unit = 2 / size  # of weights: thousands of pixels move a latent together
        rows, deviations = cosine_basis(channels, size // 2, out)
        with torch.no_grad():
            self.guess.weight[: len(rows)] = rows / deviations[:, None] / self.unit
            self.guess.bias.zero_()
            last.weight.mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + self.guess(self.unit * (self.small(x) - 0.5))


class ArtDecoder(nn.Module):
    """Its mirror: (B, latent) → (B, C, S, S), a dense layer and four transposed convolutions beside a first guess."""

    def __init__(self, latent: int, channels: int, size: int, width: int = 16) -> None:
        super().__init__()
        side = -(-size // 16)
        self.size = size
        last = nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1)
        self.body = nn.Sequential(
            nn.Linear(latent, 8 * width * side**2),
            nn.ReLU(),
            nn.Unflatten(1, (8 * width, side, side)),
            *(layer for i in (3, 2, 1) for layer in _doubling(width << i, width << (i - 1))),
            last,
        )
        self.guess = nn.Linear(latent, channels * (size // 2) ** 2)
        self.enlarge = nn.Sequential(
            nn.Unflatten(1, (channels, size // 2, size // 2)), nn.Upsample(scale_factor=2, mode="bicubic")
        )
        self.unit = 2 / size
        rows, deviations = cosine_basis(channels, size // 2, latent)
        with torch.no_grad():
            self.guess.weight[:, : len(rows)] = rows.T * deviations / self.unit
            self.guess.bias.zero_()
            last.weight.mul_(0.1)
            last.bias.zero_()  # pyright: ignore[reportOptionalMemberAccess]

    def forward(self, z: Tensor) -> Tensor:
        return self.body(z)[..., : self.size, : self.size] + self.enlarge(self.unit * self.guess(z))


class Whitening(nn.Module):
    r"""Batch normalisation of all dimensions at once: (B, Z) → (B, Z) of mean 0 and covariance I.

    The code is $L^{-1}(x - \mu)$ with moving averages of mean and covariance $LL^T$, which a training step updates and
    whose gradient is not followed; batches may be smaller than Z (Huang et al., "Decorrelated Batch Normalization",
    2018, with the Cholesky factor, which does not swap axes from step to step).

    Args:
        dimensions: Z.
        momentum: share of a batch in the moving averages.

    Example:
        >>> Whitening(2).eval()(torch.tensor([[1.0, -1.0]]))  # nothing seen yet: mean 0, covariance I
        tensor([[ 1., -1.]])
    """

    mean: Tensor
    factor: Tensor

    def __init__(self, dimensions: int, momentum: float = 0.02) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(dimensions))
        self.register_buffer("factor", torch.eye(dimensions))  # L, which half precision cannot make indefinite

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self._follow(x.detach())
        return torch.linalg.solve_triangular(self.factor, (x - self.mean).T, upper=False).T

    @torch.no_grad()
    def _follow(self, x: Tensor) -> None:
        self.mean.lerp_(x.mean(dim=0), self.momentum)
        away = x - self.mean
        with torch.autocast(x.device.type, enabled=False):
            covariance = (self.factor @ self.factor.T).lerp(away.T @ away / len(x), self.momentum)
        self.factor.copy_(torch.linalg.cholesky(covariance))


def _halving(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(inputs, outputs, 4, stride=2, padding=1), nn.ReLU()


def _doubling(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module]:
    return nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1), nn.ReLU()


def cosine_basis(channels: int, side: int, n: int) -> tuple[Tensor, Tensor]:
    r"""The n lowest frequencies of the cosine transform of pictures, and how far natural pictures vary along each.

    Over channels (c), rows (u) and columns (v): three channels become brightness and two oppositions of colour. The
    model of the variances is $\lambda = \sigma^2 S^2 / (1 + u^2 + v^2)^{5/4} / 12^c$ with σ = 0.18, the fall of spectra
    of natural pictures (Field, "Relations between the statistics of natural images and the response properties of
    cortical cells", 1987).

    Args:
        channels, side: shape of the pictures, C and S.
        n: how many; never more than C·S² are returned.

    Returns:
        Orthonormal rows (n, C·S²) by falling λ, and √λ, (n,).

    Example:
        >>> rows, deviations = cosine_basis(channels=3, side=8, n=20)
        >>> torch.allclose(rows @ rows.T, torch.eye(20), atol=1e-5), round(deviations[0].item(), 2)
        (True, 1.44)
    """
    over, colour = torch.arange(side), torch.arange(channels)
    frequency = 1 + over[:, None].square() + over.square()
    variance = (0.18 * side) ** 2 / frequency**1.25 / 12.0 ** colour[:, None, None]
    chosen = variance.flatten().argsort(descending=True, stable=True)[:n]
    c, u, v = torch.unravel_index(chosen, variance.shape)
    lines, mixes = _cosines(side), _cosines(channels)
    rows = torch.einsum("nc,nh,nw->nchw", mixes[c], lines[u], lines[v]).flatten(1)
    return rows, variance.flatten()[chosen].sqrt()


def _cosines(n: int) -> Tensor:
    """The orthonormal cosine transform of n points, (n, n), one frequency a row."""
    k = torch.arange(n)
    rows = torch.cos(torch.pi / n * k[:, None] * (k + 0.5)) * (2 / n) ** 0.5
    rows[0] /= 2**0.5
    return rows


ENCODERS = {
    "dense": DenseEncoder,
    "softplus": SoftplusEncoder,
    "paper": ConvEncoder,
    "residual": ResidualEncoder,
    "art": ArtEncoder,
}
DECODERS = {
    "dense": DenseDecoder,
    "softplus": SoftplusDecoder,
    "paper": ConvDecoder,
    "residual": ResidualDecoder,
    "art": ArtDecoder,
}
