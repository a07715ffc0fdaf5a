"""Encoder and decoder blocks: the paper's two convolutions, and a residual pair that draws crisper edges.

An encoder maps pictures (B, C, S, S) to features (B, out); a decoder maps (B, latent) to logits (B, C, S, S).
S is a multiple of 4: two halvings lead to S/4 × S/4 and back.
"""

from torch import Tensor, nn


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


ENCODERS = {"paper": ConvEncoder, "residual": ResidualEncoder}
DECODERS = {"paper": ConvDecoder, "residual": ResidualDecoder}
