"""A record as a validated model: what `checkpoints.yaml` states and what `checkpoints/<name>.json` adds to it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

WEIGHTS_ON_HUB = "model.safetensors"
DERIVED = {"atlas": "atlas", "generators": "fit", "hands": "hands"}  # kinds of derived files, and the command of each
WRITTEN = ("sha256", "bytes", "epochs", "hub", *DERIVED, "results", "generated")  # what machines write, in this order
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*\.safetensors$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hub(_Strict):
    """Where a record's files lie on the Hugging Face Hub: a repository at one full commit sha."""

    repo_id: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(pattern="^[0-9a-f]{40}$")


class Asset(_Strict):
    """One file of tensors: its `sha256` and size in `bytes`, both absent until it is made.

    `on_hub` is its name in a repository of the Hub, if it differs from `file`.
    """

    file: FileName
    on_hub: FileName | None = None
    sha256: Sha256 | None = None
    bytes: int | None = Field(default=None, gt=0)

    @property
    def content(self) -> dict[str, Any]:
        """What identifies the content, as a record's JSON holds it: `sha256` and `bytes`."""
        return self.model_dump(include={"sha256", "bytes"})


class Recipe(_Strict):
    """Everything training needs beside the model: data set, length, optimiser, augmentation and seed."""

    data: str
    epochs: int = Field(gt=0)
    batch: int = Field(gt=1)
    lr: float = Field(gt=0)
    optimiser: str = Field(default="adamw", pattern="^(adam|adamw)$")
    weight_decay: float = Field(default=0.0, ge=0)
    warmup: float = Field(default=0.0, ge=0, lt=1, description="share of the steps in which the rate rises")
    schedule: str = Field(default="cosine", pattern="^(constant|cosine)$")
    average: float = Field(default=0.0, ge=0, lt=1, description="decay of the weights' moving average; 0: none")
    precision: str = Field(default="bf16", pattern="^(bf16|no)$")
    augment: dict[str, float] = {}
    keep: str = Field(
        default="best", pattern="^(best|last)$", description="which epoch's weights, by validation or age"
    )
    oversize: int = Field(default=1, ge=1, le=4, description="training pictures are that much larger, to be cropped")
    start: str | None = Field(default=None, description="record whose weights to start from")
    guide: str | None = Field(default=None, description="record of the frozen classifier that guides the training")
    through: str | None = Field(default=None, description="record of the autoencoder to see the pictures through")
    seed: int = 0


class Architecture(_Strict):
    """Class, constructor arguments and preprocessing of a model; the class and `Preprocess` name the fields."""

    model: str = Field(pattern=r"^[a-z_]+\.[A-Za-z]+$")
    config: dict[str, Any] = {}
    preprocess: dict[str, Any] = {}


class Record(Architecture):
    """One model of the registry, with what machines wrote about it.

    Attributes:
        file: the weights.
        sha256, bytes: of the weights; absent while there are none.
        epochs: how long the weights were trained, where it is written down; else as long as the recipe says.
        atlas, generators, hands: files derived from the weights, for the records that have them.
        hub: where the files are published.
        recipe, licence, paper, data_note: how it was trained, and what a model card needs.
        results: figures by split.
        generated: figures of fitted generators, by split and generator.
    """

    file: FileName
    sha256: Sha256 | None = None
    bytes: int | None = Field(default=None, gt=0)
    epochs: int | None = Field(default=None, gt=0)
    atlas: Asset | None = None
    generators: Asset | None = None
    hands: Asset | None = None
    hub: Hub | None = None
    recipe: Recipe
    licence: str
    paper: str
    data_note: str = ""
    results: dict[str, dict[str, Any]] = {}
    generated: dict[str, dict[str, dict[str, Any]]] = {}

    @property
    def weights(self) -> Asset:
        """The weights as an asset, under the name that programs of the Hub expect."""
        return Asset(file=self.file, on_hub=WEIGHTS_ON_HUB, sha256=self.sha256, bytes=self.bytes)

    @property
    def derived(self) -> dict[str, Asset]:
        """The files derived from the weights, made or not, by kind."""
        return {kind: asset for kind in DERIVED if (asset := getattr(self, kind)) is not None}

    @property
    def assets(self) -> list[Asset]:
        """The weights and the derived files that were made."""
        return [self.weights, *(asset for asset in self.derived.values() if asset.sha256 is not None)]
