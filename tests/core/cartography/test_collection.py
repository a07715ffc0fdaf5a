"""The atlas of paintings: what it keeps, that it comes back, and that two processes make the same one."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import save_file

from core.cartography import collection as collection_module
from core.cartography.collection import CLUSTERS, Collection, build_collection, choose_works, load_collection
from core.data import load as load_data
from core.data.artworks import STYLES, catalogue, works_of_split
from core.data.dataset import as_ink
from core.latent.clustering import METHODS
from core.registry.load import build_model, load, load_version
from core.registry.store import ROOT, get_record, save_weights

NAMES = ("art-ae", "art-vae")
SMALL = {"latent": 6, "architecture": "art", "width": 2, "channels": 3, "size": 64}
SEEN = {"size": 64, "channels": 3, "crop": False, "thicken": False, "centre": None, "square": True}
MODELS = {"art-ae": "autoencoder.AE", "art-vae": "gaussian_vae.GaussianVAE"}

pytestmark = pytest.mark.filterwarnings("ignore:Graph is not fully connected")


def open_registry(folder: Path) -> Path:
    """A registry with two models of paintings, their weights fresh from a seed."""
    registry = folder / "checkpoints.yaml"
    records = {
        name: {
            "model": MODELS[name],
            "config": SMALL,
            "preprocess": SEEN,
            "file": f"{name}.safetensors",
            "atlas": {"file": "art-atlas.safetensors"},
            "recipe": {"data": "artworks", "epochs": 1, "batch": 8, "lr": 0.001},
            "licence": "Apache-2.0",
            "paper": "none",
        }
        for name in NAMES
    }
    registry.write_text(yaml.safe_dump(records), encoding="utf-8")
    for seed, name in enumerate(NAMES):
        torch.manual_seed(seed)
        save_weights(name, build_model(get_record(name, registry)).state_dict(), registry=registry)
    return registry


@pytest.fixture(scope="module")
def registry(tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry whose models have a collection of the tiny paintings, with the quickest of the maps."""
    registry = open_registry(tmp_path_factory.mktemp("collection"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection_module, "PROJECTIONS", ["PCA"])
        build_collection(NAMES, root=tiny_root, registry=registry)
    return registry


@pytest.fixture(scope="module")
def collection(registry: Path) -> Collection:
    return load_collection(registry)


def test_every_picture_of_the_root_is_there_with_its_metadata(collection: Collection, tiny_root: Path) -> None:
    everything = catalogue(tiny_root)
    assert len(collection) == len(everything) == 52
    assert [work.file for work in collection.works] == [work.file for work in everything]
    assert [work.title for work in collection.works] == [work.title for work in everything]
    assert [STYLES[label] for label in collection.labels] == [work.style for work in everything]


def test_what_the_models_did_not_learn_from_is_marked(collection: Collection, tiny_root: Path) -> None:
    learned = {work.file for work in works_of_split(tiny_root, "train")}
    assert [bool(new) for new in collection.unseen] == [work.file not in learned for work in collection.works]
    assert collection.unseen.sum() == 8 + 12


def test_a_space_has_the_latents_errors_and_clusters_of_its_model(
    collection: Collection, registry: Path, tiny_root: Path
) -> None:
    pictures = torch.cat(
        [
            load_data("artworks", split, tiny_root).tensors(load(NAMES[0], registry).preprocess)[0]
            for split in ("train", "val", "test")
        ]
    )
    files = [work.file for split in ("train", "val", "test") for work in works_of_split(tiny_root, split)]
    rows = [files.index(work.file) for work in collection.works]
    assert tuple(collection.spaces) == NAMES
    for name, space in collection.spaces.items():
        model, x = load(name, registry).autoencoder, as_ink(pictures[rows])
        z = model.encode(x).mean
        torch.testing.assert_close(space.z, z, atol=2e-3, rtol=2e-3)
        torch.testing.assert_close(
            space.error, (model.decode(z) - x).square().mean(dim=(1, 2, 3)), atol=1e-3, rtol=1e-2
        )
        assert list(space.maps) == ["PCA"] and space.maps["PCA"].shape == (52, 2)
        assert set(space.clusters) == {f"{method}-{k}" for method in METHODS for k in CLUSTERS}
        assert all(found.max() == int(key.rpartition("-")[2]) - 1 for key, found in space.clusters.items())


def test_thumbnails_are_decoded_from_the_latents_that_are_kept(collection: Collection, registry: Path) -> None:
    drawn = collection.thumbnails("art-vae", [3, 1], registry)
    assert drawn.shape == (2, 3, 64, 64) and 0 <= drawn.min() <= drawn.max() <= 1
    torch.testing.assert_close(
        drawn, load("art-vae", registry).autoencoder.decode(collection.spaces["art-vae"].z[[3, 1]])
    )


def test_all_records_name_the_one_file(registry: Path) -> None:
    one, other = (get_record(name, registry).atlas for name in NAMES)
    assert one == other and one is not None and one.sha256


def test_of_many_pictures_the_unseen_are_kept_and_others_drawn_by_a_seed(tiny_root: Path) -> None:
    works, unseen = choose_works(tiny_root, most=30)
    assert len(works) == 30 and unseen.sum() == 20
    assert [work.file for work in works] == sorted(work.file for work in works)
    assert choose_works(tiny_root, most=30)[0] == works != choose_works(tiny_root, most=30, seed=1)[0]
    assert len(choose_works(tiny_root, most=5)[0]) == 5


SCRIPT = """
import sys
from pathlib import Path
from core.cartography.collection import build_collection
from core.latent.projection import PROJECTIONS
del PROJECTIONS["t-SNE"], PROJECTIONS["UMAP"]
build_collection(("art-ae", "art-vae"), root=Path(sys.argv[1]), registry=Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_two_processes_build_the_same_file(registry: Path, tiny_root: Path, tmp_path: Path) -> None:
    script, again = tmp_path / "build.py", tmp_path / "again"
    script.write_text(SCRIPT, encoding="utf-8")
    shutil.copytree(registry.parent, again)
    made = get_record("art-ae", registry).atlas
    assert made is not None
    (again / "checkpoints" / made.file).unlink()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    launch = ["-m", "accelerate.commands.launch", "--cpu", "--num_processes=2", f"--main_process_port={port}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *launch, script, tiny_root, again / "checkpoints.yaml"]
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=600)
    assert get_record("art-ae", again / "checkpoints.yaml").atlas == made


def test_records_that_do_not_belong_together_are_refused(tiny_root: Path, tmp_path: Path) -> None:
    registry = open_registry(tmp_path)
    records = yaml.safe_load(registry.read_text(encoding="utf-8"))
    records["art-vae"]["atlas"]["file"] = "other.safetensors"
    registry.write_text(yaml.safe_dump(records), encoding="utf-8")
    load_version.cache_clear()
    with pytest.raises(ValueError, match="expected records with one atlas file for all, got art-ae, art-vae"):
        build_collection(NAMES, root=tiny_root, registry=registry)


def test_a_file_that_is_no_collection_is_named(tmp_path: Path) -> None:
    save_file({"art-ae/z": torch.zeros(1, 2)}, tmp_path / "art-atlas.safetensors")
    with pytest.raises(ValueError, match=r"expected a whole collection in .*art-atlas\.safetensors"):
        Collection.read(tmp_path / "art-atlas.safetensors")


@pytest.mark.data
def test_the_bundled_collection_is_whole_and_small() -> None:
    record = get_record("art-ae")
    assert record.atlas and record.atlas.bytes and record.atlas.bytes <= 15_000_000
    collection = load_collection()
    assert 1000 <= len(collection) <= 5000 and len(collection.spaces) == 5
