"""Which classifiers judge the models of a data set, and which the reconstructions of an autoencoder."""

from pathlib import Path

from core.registry.store import REGISTRY, read_registry

JUDGES = {  # of each data set; no judge takes part in the training of what it judges
    "chars62": "chars62-classifier",
    "chars74k": "chars62-classifier",
    "emnist-byclass": "chars62-classifier",
    "mnist": "mnist-classifier",
}


def recon_judge(name: str, registry: Path = REGISTRY) -> str | None:
    """The name of the classifier trained on the reconstructions of an autoencoder; None without one."""
    return next((judge for judge, record in read_registry(registry).items() if record.recipe.through == name), None)
