"""How long does it take to learn a hand from 200 characters? The paper's style network: 40 s on an RTX 2070."""

from copy import deepcopy

import torch
from torch import Tensor

from benchmarks.report import Row, in_turn
from core.handwriting.finetuning import descend, reconstruction_loss, steps_per_epoch, unfreeze, with_delta
from core.handwriting.writer_prior import load_prior
from core.handwriting.writer_style import EPOCHS, average_writer, learn
from core.models.base import Autoencoder
from core.registry.load import load

NAME = "chars62-infovae-32"
CHARACTERS = 200
PAPER = 40_000.0  # milliseconds, section 5.4.1
WRITTEN = "The quick brown fox 0123456789"


def measure() -> list[Row]:
    """Learn a hand that the model itself draws, beside as many plain steps of training; then write in it."""
    torch.set_num_threads(2)
    model, prior = load(NAME).autoencoder, load_prior(NAME)
    labels = torch.arange(CHARACTERS) % 62
    with torch.inference_mode():
        drawn = model.decode(prior.known[torch.arange(CHARACTERS) // 62, labels])
    pictures = drawn.mul(255).round() / 255
    shares: list[float] = []

    def ours() -> None:
        shares.clear()
        learn(model, pictures, labels, epochs=EPOCHS, prior=prior, progress=lambda share, _: shares.append(share))

    ours()  # also tells how many epochs it takes, for early stopping ends it sooner

    def bare() -> None:
        plain_steps(with_delta(model, prior.sharp), pictures, round(EPOCHS * shares[-1]))

    mine, theirs = in_turn(ours, bare, runs=3)
    question = f"learn a hand from {CHARACTERS} characters"
    return [
        Row(question, mine, "as many plain training steps", theirs, "≤ 20 s"),
        Row(question, mine, "the paper's style network, on an RTX 2070", PAPER, "≤ 0.5"),
        Row(f"write {len(WRITTEN)} characters in a hand", *writing(), "≤ 1 s"),
    ]


def writing() -> tuple[float, str, float]:
    """The time of writing, and beside it that of the bare decoder."""
    model, prior = load(NAME).autoencoder, load_prior(NAME)
    hand = average_writer(model, prior)
    hand.write(WRITTEN)
    z = prior.means[: len(WRITTEN)]

    @torch.inference_mode()
    def bare() -> None:
        model.decode(z)

    mine, theirs = in_turn(lambda: hand.write(WRITTEN), bare, runs=15)
    return mine, "the bare decoder", theirs


def plain_steps(model: Autoencoder, pictures: Tensor, epochs: int) -> None:
    """The same steps on the same share of the characters, and nothing around them."""
    bare = deepcopy(model).eval()
    generator = torch.Generator().manual_seed(0)
    optimiser = torch.optim.Adam(unfreeze(bare, "decoder", generator), lr=3e-5)
    rest = pictures[len(pictures) // 5 :]
    for _ in range(epochs):
        for rows in torch.randperm(len(rest), generator=generator).tensor_split(steps_per_epoch(len(rest))):
            descend(optimiser, reconstruction_loss(bare, rest[rows]))


def main() -> None:
    """Print the rows."""
    from benchmarks.report import machine, markdown

    print(f"Measured on {machine()}:\n\n{markdown(measure())}")


if __name__ == "__main__":
    main()
