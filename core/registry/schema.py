"""The records of `checkpoints.yaml` as validated models."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

WEIGHTS_ON_HUB = "model.safetensors"
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*\.safetensors$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hub(_Strict):
    """Where a record's files lie on the Hugging Face Hub: a repository at one full commit sha."""

    repo_id: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(pattern="^[0-9a-f]{40}$")


class Asset(_Strict):
    """One file of tensors, named by its content: `sha256` and size in `bytes`; both absent until it is made.

    `on_hub` is its name in a repository of the Hub, where that is another.
    """

    file: FileName
    on_hub: FileName | None = None
    sha256: Sha256 | None = None
    bytes: int | None = Field(default=None, gt=0)


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
    """What it takes to build a model and to feed it; its class and `Preprocess` name the fields."""

    model: str = Field(pattern=r"^[a-z_]+\.[A-Za-z]+$")
    config: dict[str, Any] = {}
    preprocess: dict[str, Any] = {}


class Record(Architecture):
    """One model of the registry."""

    file: FileName
    sha256: Sha256 | None = None
    bytes: int | None = Field(default=None, gt=0)
    atlas: Asset | None = None
    generators: Asset | None = None
    hands: Asset | None = None
    hub: Hub | None = None
    recipe: Recipe
    licence: str
    paper: str
    data_note: str = ""
    results: dict[str, dict[str, Any]] = {}
    generated: dict[str, dict[str, dict[str, Any]]] = {}  # results of its generators: by split, then by generator

    @property
    def weights(self) -> Asset:
        """The weights as an asset: file, sha256 and bytes; on the Hub they have the name that every program expects."""
        return Asset(file=self.file, on_hub=WEIGHTS_ON_HUB, sha256=self.sha256, bytes=self.bytes)

    @property
    def derived(self) -> dict[str, Asset]:
        """The files made from the weights, by the name of their field."""
        assets = {"atlas": self.atlas, "generators": self.generators, "hands": self.hands}
        return {kind: asset for kind, asset in assets.items() if asset is not None}

    @property
    def assets(self) -> list[Asset]:
        """The weights, and what was derived from them so far."""
        return [self.weights, *(asset for asset in self.derived.values() if asset.sha256 is not None)]
