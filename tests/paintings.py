"""A registry of five tiny models of paintings, fresh from a seed, with the collection of the tiny paintings."""

import sys
from functools import partial
from pathlib import Path

import pytest
import torch
import yaml

from core.cartography import collection as collection_module
from core.cartography.collection import MODELS, build_collection
from core.registry.load import build_model, load
from core.registry.store import get_record, save_weights

CLASSES = {
    "art-ae": "autoencoder.AE",
    "art-vae": "gaussian_vae.GaussianVAE",
    "art-betavae": "gaussian_vae.GaussianVAE",
    "art-tvae": "tvae.TVAE",
    "art-aae": "aae.AAE",
}
PAINTER = "art-style-features"
SEEN = {"size": 64, "channels": 3, "crop": False, "thicken": False, "centre": None, "square": True}
SMALL = {"latent": 6, "architecture": "art", "width": 2, "channels": 3, "size": 64}


def record(name: str, model: str, config: dict) -> dict:
    return {
        "model": model,
        "config": config,
        "preprocess": SEEN,
        "file": f"{name}.safetensors",
        "recipe": {"data": "artworks", "epochs": 1, "batch": 8, "lr": 0.001},
        "licence": "Apache-2.0",
        "paper": "none",
    }


def hang_paintings(folder: Path, root: Path) -> Path:
    """The registry, with weights and a collection of a data root's paintings; maps are principal components."""
    registry, atlas = folder / "checkpoints.yaml", {"atlas": {"file": "art-atlas.safetensors"}}
    records = {name: record(name, model, SMALL) | atlas for name, model in CLASSES.items()}
    records[PAINTER] = record(PAINTER, "style_features.StyleFeatures", {"filters": [4, 4, 4]})
    registry.write_text(yaml.safe_dump(records), encoding="utf-8")
    for seed, name in enumerate(records):
        torch.manual_seed(seed)
        save_weights(name, build_model(get_record(name, registry)).state_dict(), registry=registry)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection_module, "PROJECTIONS", ["PCA"])
        build_collection(MODELS, root=root, registry=registry)
    return registry


def show(registry: Path, patch: pytest.MonkeyPatch) -> None:
    """Let the app show that registry."""
    from apps.views.cartography import view
    from core.registry import store
    from core.style import backbones

    patch.setattr(view, "REGISTRY", registry)
    patch.setattr(store, "REGISTRY", registry)
    patch.setattr(backbones, "load", partial(load, registry=registry))
    backbones.backbone.cache_clear()


if __name__ == "__main__":
    from streamlit.web.cli import main

    with pytest.MonkeyPatch.context() as forever:
        show(Path(sys.argv.pop(1)), forever)
        main()
