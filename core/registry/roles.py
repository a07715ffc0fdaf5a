"""Which record judges, guides or teaches what."""

from pathlib import Path

from core.registry.store import REGISTRY, read_registry

JUDGES = {  # of each data set; no judge takes part in the training of what it judges
    "chars62": "chars62-classifier",
    "chars74k": "chars62-classifier",
    "emnist-byclass": "chars62-classifier",
    "mnist": "mnist-classifier",
}


def recon_judge(name: str, registry: Path = REGISTRY) -> str | None:
    """The record of the classifier that learned from the reconstructions of an autoencoder, if there is one."""
    return next((judge for judge, record in read_registry(registry).items() if record.recipe.through == name), None)
