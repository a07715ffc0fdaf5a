"""A record → its repository on the Hugging Face Hub: weights, `config.json`, a card and a sheet of samples.

The same record makes the same bytes, so publishing again makes no commit. The sha of the commit is written into
`checkpoints/<name>.json`, which pins it.
"""

import json
import sys
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import torch

from core.imaging import rendering
from core.latent.encoding import analogies, decode_set
from core.models.base import Autoencoder, Classifier
from core.registry.load import load
from core.registry.schema import Hub, Record
from core.registry.sources import CONFIG, locate
from core.registry.store import REGISTRY, bundled_folder, get_record, update_record

HUB_OWN = ".gitattributes"  # the Hub makes and needs it
CARD, SAMPLES = "README.md", "samples.png"
STYLES, COLUMNS = 6, 10  # rows and columns of the sheet of samples
DATASETS = {"mnist": "ylecun/mnist"}  # those that are on the Hub; the card's text describes the others
DATA_LICENCES = {  # of what the records have learned from; LICENSES.md says the same
    "chars62": "gathered from Chars74K's hand-drawn characters (by way of a repository under MIT) and from two public "
    "collections that state no licence; the glyphs themselves are not passed on",
    "emnist-byclass": "EMNIST is derived from NIST Special Database 19, which is in the public domain",
    "mnist": "MNIST (LeCun, Cortes and Burges), rebuilt from a repository under MIT",
    "artworks": "reproductions of paintings, mostly from WikiArt, for non-commercial research (CC BY-NC-SA 4.0); the "
    "weights may be used for the same purposes only",
}

CARD_TEMPLATE = Template("""---
$metadata
---

# $name

$what Its preprocessing and its figures come from the same record of `checkpoints.yaml`.

```python
from core.registry.load import from_hub  # of the project Stylescape
model, preprocess = from_hub("$repo_id")
```

`preprocess.to_tensor(picture)` makes the tensor that the model expects, ink 1 on paper 0. The weights are in half
precision, as safetensors of sha256 `$sha256`; nothing is unpickled.
$samples
## Data and training

$data

$epochs epochs in batches of $batch with $optimiser, learning rate $lr, seed $seed.

## Results

$results

## Limits

Trained on the data above at $size × $size pixels and measured on nothing else. It is a demonstration: it must not be
used to identify who made something, to read what anything depends on, or to pass something off as made by a person.

## Paper and licence

$paper. Licence of the weights: $licence. The data: $data_licence.
""")


class Publication(NamedTuple):
    """The files of a repository on the Hub: contents, or the paths of large files, by name."""

    repo_id: str
    files: dict[str, bytes | Path]

    @property
    def card(self) -> str:
        """The model card, with its metadata."""
        content = self.files[CARD]
        return content.decode() if isinstance(content, bytes) else content.read_text(encoding="utf-8")


def listing(files: dict[str, bytes | Path]) -> list[str]:
    """One line per file: its size in bytes and its name."""
    sizes = {
        name: len(content) if isinstance(content, bytes) else content.stat().st_size for name, content in files.items()
    }
    return [f"{size:>10}  {name}" for name, size in sizes.items()]


def prepare(name: str, namespace: str, registry: Path = REGISTRY) -> Publication:
    """The files to publish of a record; the Hub is asked only for those that are not on this machine.

    Raises:
        ValueError: for an unknown record, or one without weights.
        FileNotFoundError: if no source has its weights.
    """
    record, repo_id = get_record(name, registry), f"{namespace}/{name}"
    files: dict[str, bytes | Path] = {
        asset.on_hub or asset.file: locate(name, asset, record.hub, bundled_folder(registry)) for asset in record.assets
    }
    files[CONFIG] = config(record)
    sheet = samples(name, registry)
    if sheet:
        files[SAMPLES] = sheet
    files[CARD] = card(name, repo_id, record, registry).encode()
    return Publication(repo_id, files)


def publish(name: str, namespace: str, *, private: bool | None = None, registry: Path = REGISTRY) -> Hub:
    """Upload a record, and pin the commit in its JSON.

    Args:
        name: a record with weights.
        namespace: the user or the organisation on the Hub.
        private: whether a repository that is made is private; None for the namespace's default.
        registry: the registry.

    Raises:
        ValueError: for an unknown record, one without weights, or if the Hub refuses.
    """
    ready = prepare(name, namespace, registry)
    hub = Hub(repo_id=ready.repo_id, revision=upload(ready, f"Publish {name}", private=private))
    if get_record(name, registry).hub != hub:
        update_record(name, registry, hub=hub.model_dump())
    return hub


def upload(ready: Publication, message: str, *, private: bool | None = None, sdk: str | None = None) -> str:
    """The full sha of the newest commit, after one commit that makes a repository hold these files and no others.

    Args:
        ready: the repository, which is made if need be, and its files.
        message: of the commit; there is none if nothing has changed.
        private: whether a repository that is made is private.
        sdk: "gradio", "docker" or "static" for a Space; None for a model.
    """
    import httpx2
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    api, kind = HfApi(library_name="stylescape"), "space" if sdk else "model"
    operations: list[Any] = [CommitOperationAdd(path, content) for path, content in ready.files.items()]
    try:
        api.create_repo(ready.repo_id, repo_type=kind, private=private, exist_ok=True, space_sdk=sdk)
        old = set(api.list_repo_files(ready.repo_id, repo_type=kind)) - {*ready.files, HUB_OWN}
        operations += [CommitOperationDelete(path, is_folder=False) for path in sorted(old)]
        return api.create_commit(ready.repo_id, operations, repo_type=kind, commit_message=message).oid
    except (httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{ready.repo_id} was not published: {reason} (log in with `hf auth login`)") from error


def config(record: Record) -> bytes:
    """Class, constructor arguments and preprocessing as JSON, for `core.registry.load.from_hub`."""
    architecture = record.model_dump(include={"model", "config", "preprocess"})
    return (json.dumps(architecture, indent=2, ensure_ascii=False) + "\n").encode()


def samples(name: str, registry: Path = REGISTRY) -> bytes:
    """Pictures decoded from z ~ N(0, I), as a PNG file; those of a conditional model share a style a row.

    Empty for a model that decodes nothing.
    """
    model = load(name, registry).model
    if not isinstance(model, Autoencoder):
        return b""
    seeded = torch.Generator().manual_seed(0)
    if model.classes:
        pictures, columns = analogies(model, torch.randn((STYLES, model.latent), generator=seeded)), model.classes
    else:
        pictures, columns = decode_set(model, torch.randn((STYLES * COLUMNS, model.latent), generator=seeded)), COLUMNS
    glyphs = rendering.to_array(pictures.flatten(0, -4))
    return rendering.png(rendering.on_paper(rendering.sheet(rendering.enlarge(glyphs, 2), columns, gap=4)))


def card(name: str, repo_id: str, record: Record, registry: Path = REGISTRY) -> str:
    """The model card: metadata with the measured figures as `model-index`, and the same for readers."""
    checkpoint = load(name, registry)
    drawn = not isinstance(checkpoint.model, Classifier)
    return CARD_TEMPLATE.substitute(
        metadata=metadata(name, record, checkpoint.model),
        name=name,
        repo_id=repo_id,
        what=(sys.modules[type(checkpoint.model).__module__].__doc__ or "").strip().splitlines()[0],
        sha256=record.sha256,
        samples=f"\n![Pictures decoded from z drawn from N(0, I)]({SAMPLES})\n" if drawn else "",
        data=record.data_note or f"`{record.recipe.data}`",
        epochs=record.epochs or record.recipe.epochs,
        batch=record.recipe.batch,
        optimiser=record.recipe.optimiser,
        lr=record.recipe.lr,
        seed=record.recipe.seed,
        results="\n\n".join(results_of(record)) or "Not measured yet.",
        size=checkpoint.preprocess.size,
        paper=record.paper,
        licence=record.licence,
        data_licence=DATA_LICENCES.get(record.recipe.data, "no licence is known"),
    )


def metadata(name: str, record: Record, model: object) -> str:
    """The card's front matter, by the Hub's own library."""
    from huggingface_hub import EvalResult, ModelCardData

    task = "image-classification" if isinstance(model, Classifier) else "image-to-image"
    data = record.recipe.data
    measured = [
        EvalResult(
            task_type=task,
            dataset_type=DATASETS.get(data, data),
            dataset_name=data,
            dataset_split=split,
            metric_type=key,
            metric_value=value,
            metric_name=key.replace("_", " "),
        )
        for split, result in record.results.items()
        for key, value in flat(result).items()
        if isinstance(value, int | float) and key != "n"
    ]
    return ModelCardData(
        license=record.licence.lower(),
        library_name="stylescape",
        pipeline_tag=task,
        tags=["stylescape", data, record.model.rpartition(".")[2].lower()],
        datasets=[DATASETS[data]] if data in DATASETS else None,
        model_name=name if measured else None,
        eval_results=measured or None,
    ).to_yaml()


def results_of(record: Record) -> list[str]:
    """A Markdown table for each measured split, of the model and of each of its generators."""
    tables = [_table(f"`{split}`", result) for split, result in record.results.items()]
    return tables + [
        _table(f"`{split}`, generator `{generator}`", result)
        for split, generators in record.generated.items()
        for generator, result in generators.items()
    ]


def _table(title: str, result: dict[str, Any]) -> str:
    caption = f"{title}: {result.get('n')} pictures of {result.get('data')}, {result.get('date')}."
    rows = [
        f"| {key} | {value:.4g} |"
        for key, value in flat(result).items()
        if isinstance(value, int | float) and key != "n"
    ]
    return "\n".join([caption, "", "| metric | value |", "|---|---|", *rows])


def flat(result: dict[str, Any]) -> dict[str, Any]:
    """A result with the parts of its composed figures beside the others, without its date and without whole tables.

    Example:
        >>> flat({"n": 2, "style_consistency": {"slant": 0.9, "width": 0.8}, "date": "2026-11-21"})
        {'n': 2, 'style_consistency slant': 0.9, 'style_consistency width': 0.8}
        >>> flat({"pca": {"shares": [0.5, 0.2]}, "accuracy": 0.9})
        {'accuracy': 0.9}
    """
    parts = [
        {f"{key} {part}": number for part, number in value.items()} if isinstance(value, dict) else {key: value}
        for key, value in result.items()
    ]
    rows = {key: value for part in parts for key, value in part.items()}
    return {key: value for key, value in rows.items() if key != "date" and not isinstance(value, dict | list)}
