"""Every wrong field of a record is named, wherever it stands."""

import json
import re
from typing import Any

import pytest

from core.registry.schema import Asset, Hub
from core.registry.store import get_record, read_registry, update_record, written_file
from tests.core.conftest import RECORD

RECIPE: dict[str, Any] = RECORD["recipe"]
SHA256 = 64 * "0"
HUB = {"repo_id": "user/name", "revision": 40 * "a"}


def test_a_plain_record_is_read_with_its_defaults(write_registry) -> None:
    record = get_record("tiny", write_registry(generators={}))
    assert record.weights == Asset(file="tiny.safetensors", on_hub="model.safetensors")
    assert record.derived == {"generators": Asset(file="tiny-generators.safetensors")}
    assert record.assets == [record.weights]
    assert (record.hub, record.atlas, record.results) == (None, None, {})


def test_what_machines_wrote_is_part_of_the_record(write_registry) -> None:
    registry = write_registry(atlas={"file": "shared.safetensors"})
    content = {"sha256": SHA256, "bytes": 10}
    record = update_record("tiny", registry, **content, atlas=content, hub=HUB, epochs=3)
    assert record.weights == Asset(file="tiny.safetensors", on_hub="model.safetensors", **content)
    assert record.assets == [record.weights, Asset(file="shared.safetensors", **content)]
    assert (record.hub, record.epochs) == (Hub(**HUB), 3)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"colour": "red"}, "colour"),
        ({"recipe": RECIPE | {"epoch": 3}}, "recipe.epoch"),
        ({"recipe": RECIPE | {"epochs": 0}}, "recipe.epochs"),
        ({"recipe": RECIPE | {"lr": -1}}, "recipe.lr"),
        ({"recipe": None}, "recipe"),
        ({"licence": None}, "licence"),
        ({"file": "../secret.safetensors"}, "file"),
        ({"file": "weights.pt"}, "file"),
        ({"model": "os.path.join"}, "model"),
        ({"model": "VAE"}, "model"),
        ({"atlas": {"file": "atlas.npz"}}, "atlas.file"),
        ({"atlas": "atlas.safetensors"}, "atlas"),
        ({"sha256": SHA256}, "sha256"),  # written by machines, elsewhere
        ({"results": {}}, "results"),
    ],
    ids=str,
)
def test_a_wrong_field_by_hand_is_named(changes: dict[str, Any], where: str, write_registry) -> None:
    with pytest.raises(ValueError, match=rf"^record tiny: {re.escape(where)}: .*, got .*$"):
        read_registry(write_registry(**changes))


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ({"sha256": "abc"}, "sha256"),
        ({"sha256": 64 * "A"}, "sha256"),
        ({"sha256": SHA256 + "\n"}, "sha256"),
        ({"bytes": 0}, "bytes"),
        ({"hub": HUB | {"revision": "main"}}, "hub.revision"),
        ({"hub": HUB | {"repo_id": "name"}}, "hub.repo_id"),
        ({"generators": {"sha256": "abc"}}, "generators.sha256"),
        ({"hands": {"sha256": SHA256}}, "hands.file"),  # the record has no place for it
        ({"licence": "MIT"}, "licence"),  # written by hand, elsewhere
    ],
    ids=str,
)
def test_a_wrong_field_by_a_machine_is_named(written: dict[str, Any], where: str, write_registry) -> None:
    registry = write_registry(generators={})
    written_file("tiny", registry).parent.mkdir()
    written_file("tiny", registry).write_text(json.dumps(written), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^record tiny: {re.escape(where)}: .*, got .*$"):
        read_registry(registry)
