"""An app → the files of its Hugging Face Space, the same bytes for the same tree.

Files are found by following an app's imports, distributions by what the files import, records by the names in them;
no code of an app runs. A Gradio app becomes a Gradio Space that runs on a CPU and on
ZeroGPU, a Streamlit app a Docker Space, and all apps together have a static landing page.
"""

import ast
import html
import re
import textwrap
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import yaml

from core.publishing.imports import Reach, constants_of, reach
from core.publishing.records import Publication, upload
from core.publishing.requirements import declared, distributions, pins, requirements
from core.registry.schema import Record
from core.registry.sources import locate
from core.registry.store import (
    REGISTRY,
    ROOT,
    bundled_folder,
    read_registry,
    registry_subset,
    write_atomically,
    written_file,
)

SUITE = "suite"  # the landing page
SETTINGS = ROOT / ".streamlit" / "config.toml"  # of Streamlit
TEMPLATES = ROOT / "spaces"
PICTURES = ROOT / "docs" / "pictures"
ZERO_GPU_TORCH = "2.11.0"  # the newest that ZeroGPU takes
ZERO_GPU_PYTHON = "3.12.12"
OF_PAGES = (".js", ".html", ".css", ".woff2", ".txt")  # scripts import each other; fonts have their licences beside
DESCRIPTION = 60  # letters of a Space's short description
COLOURS = {"colorFrom": "red", "colorTo": "yellow", "emoji": "✒️"}
OFFERS_GENERATORS = ROOT / "core" / "generator" / "session.py"  # an app with this module offers whatever has generators


class Space(NamedTuple):
    """A Space: "gradio", "docker" or "static", and its files, contents or the paths of large ones, by name."""

    sdk: str
    files: dict[str, bytes | Path]


class Head(NamedTuple):
    """Title and description of an app, from the first sentence of its file."""

    title: str
    description: str


def app_names(root: Path = ROOT) -> list[str]:
    """The apps, each a file of `apps/`."""
    return sorted(path.stem for path in (root / "apps").glob("[a-z]*.py"))


def space_id(app: str, namespace: str) -> str:
    """The repository of an app's Space.

    Example:
        >>> space_id("handwriting", "someone"), space_id("suite", "someone")
        ('someone/stylescape-handwriting', 'someone/stylescape')
    """
    return f"{namespace}/stylescape" if app == SUITE else f"{namespace}/stylescape-{app}"


def build(app: str, namespace: str, registry: Path = REGISTRY) -> Space:
    """The Space of an app, or of the suite.

    Args:
        app: a file of `apps/`, without its suffix, or "suite".
        namespace: the user or the organisation that its links name.
        registry: the registry.

    Raises:
        ValueError: for an unknown app, or if it imports what is not pinned.
        FileNotFoundError: if no source has the weights of one of its records.
    """
    if app == SUITE:
        return landing(namespace)
    if app not in app_names():
        raise ValueError(f"expected an app out of {', '.join([*app_names(), SUITE])}, got {app!r}")
    source = ROOT / "apps" / f"{app}.py"
    reached = reach([source], ROOT)
    records = records_of(reached, read_registry(registry))
    sdk = "docker" if "streamlit" in reached.needed else "gradio"
    files: dict[str, bytes | Path] = {path.relative_to(ROOT).as_posix(): path for path in reached.files}
    files |= {path.relative_to(ROOT).as_posix(): path for path in beside(reached)}
    for path in (TEMPLATES / sdk).iterdir():
        files[path.name] = Template(path.read_text(encoding="utf-8")).safe_substitute(app=app).encode()
    if sdk == "docker":
        files[SETTINGS.relative_to(ROOT).as_posix()] = SETTINGS
    files |= embedded(records, registry)
    files["checkpoints.yaml"] = registry_subset(list(records), registry).encode()
    files["requirements.txt"] = requirements_of(reached, sdk).encode()
    files["LICENSE"] = ROOT / "LICENSE"
    picture = PICTURES / f"{app}-light.png"
    if picture.is_file():
        files["thumbnail.png"] = picture
    files["README.md"] = readme(app, namespace, sdk, records, head_of(source), thumbnail=picture.is_file()).encode()
    return Space(sdk, dict(sorted(files.items())))


def records_of(reached: Reach, records: dict[str, Record]) -> dict[str, Record]:
    """The records that an app may load.

    These are the records whose names stand in its source as constants. An app with `core.generator.session` offers
    every record that has generators, and loads the classifiers that learned from their reconstructions.
    """
    named = {name for path in reached.files for name in constants_of(path.read_text(encoding="utf-8"))}
    if OFFERS_GENERATORS in reached.files:
        offered = {name for name, record in records.items() if record.generators}
        named |= offered | {name for name, record in records.items() if record.recipe.through in offered}
    return {name: record for name, record in records.items() if name in named}


def beside(reached: Reach) -> list[Path]:
    """All files for pages in the folders of reached files, and the layouts there that a file names."""
    named = {name for path in reached.files for name in constants_of(path.read_text(encoding="utf-8"))}
    folders = sorted({path.parent for path in reached.files})
    found = [path for folder in folders for path in sorted(folder.iterdir())]
    return [path for path in found if path.suffix in OF_PAGES or (path.suffix == ".yaml" and path.name in named)]


def embedded(records: dict[str, Record], registry: Path = REGISTRY) -> dict[str, bytes | Path]:
    """The files of `checkpoints/`: JSON of all records, and weights of those that a Space cannot fetch from the Hub."""
    files: dict[str, bytes | Path] = {}
    for name, record in records.items():
        written = written_file(name, registry)
        if written.is_file():
            files[f"checkpoints/{written.name}"] = written
        if record.sha256 and record.hub is None:
            for asset in record.assets:
                files[f"checkpoints/{asset.file}"] = locate(name, asset, None, bundled_folder(registry))
    return files


def requirements_of(reached: Reach, sdk: str) -> str:
    """Pins of what the app imports at start, and of what it may import later and the project declares."""
    lock = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    names = distributions(reached.needed, lock)
    names |= distributions(reached.deferred, lock) & declared(ROOT / "pyproject.toml")
    return requirements(names, lock, ZERO_GPU_TORCH if sdk == "gradio" else None)


def head_of(source: Path) -> Head:
    """The title and the first sentence of an app, from the docstring of its file."""
    first = (ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
    title, _, rest = " ".join(first.split()).partition(": ")
    sentence = re.split(r"(?<=[.!?]) ", rest)[0].rstrip(".")
    return Head(title, sentence[:1].upper() + sentence[1:])


def readme(app: str, namespace: str, sdk: str, records: dict[str, Record], head: Head, *, thumbnail: bool) -> str:
    """The Space's `README.md`: settings for the Hub, and a few words for readers."""
    trained = {name: record for name, record in records.items() if record.sha256}
    pinned = [record.hub for record in trained.values() if record.hub]
    settings: dict[str, Any] = {"title": head.title, **COLOURS, "sdk": sdk}
    if sdk == "gradio":
        lock = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
        version = lock["gradio"].partition("==")[2].split(" ")[0]
        settings |= {"sdk_version": version, "python_version": ZERO_GPU_PYTHON, "app_file": "app.py"}
    else:
        settings |= {"app_port": 8501}
    settings |= {
        "license": "apache-2.0",
        "short_description": textwrap.shorten(head.description, DESCRIPTION, placeholder="…"),
        "suggested_hardware": "cpu-basic",
        "tags": ["stylescape"],
    }
    if thumbnail:
        url = f"https://huggingface.co/spaces/{space_id(app, namespace)}/resolve/main/thumbnail.png"
        settings["thumbnail"] = url
    if pinned:
        settings["models"] = [hub.repo_id for hub in pinned]
        settings["preload_from_hub"] = [preloaded(record) for record in trained.values() if record.hub]
    papers = dict.fromkeys(record.paper for record in records.values())
    parts = [f"# {head.title}", f"{head.description}.", *(f"After {paper}." for paper in papers), "Models:"]
    listed = "\n".join(f"- `{name}`, {record.licence}, sha256 `{record.sha256}`" for name, record in trained.items())
    front = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{front}---\n\n" + "\n\n".join([*parts, listed]) + "\n"


def preloaded(record: Record) -> str:
    """Repository, files and revision of a published record, for a Space to fetch while it is built."""
    if record.hub is None:
        raise ValueError(f"expected a published record, got {record.file}")
    names = ",".join(asset.on_hub or asset.file for asset in record.assets)
    return f"{record.hub.repo_id} {names} {record.hub.revision}"


CARD = Template("""  <article>
    <div class="view"><img src="$picture" alt="$title on a wide screen" width="1366" height="768" loading="lazy"></div>
    <div class="text">
      <h2>$title</h2>
      <p>$description.</p>
      <nav>
        <a href="$page">Open</a>
        <button type="button" data-app="$live" aria-label="$title, running here">Run it here</button>
      </nav>
    </div>
  </article>""")


def landing(namespace: str) -> Space:
    """The static page of the suite: one card per app, with a picture, a link, and the running app on request."""
    files: dict[str, bytes | Path] = {"LICENSE": ROOT / "LICENSE"}
    cards = []
    for app in app_names():
        head, repository = head_of(ROOT / "apps" / f"{app}.py"), space_id(app, namespace)
        picture = PICTURES / f"{app}-light.png"
        if picture.is_file():
            files[picture.name] = picture
        fields = {
            "title": head.title,
            "description": head.description,
            "picture": picture.name,
            "page": f"https://huggingface.co/spaces/{repository}",
            "live": f"https://{re.sub('[^a-z0-9]+', '-', repository.lower())}.hf.space",
        }
        cards.append(CARD.substitute({key: html.escape(value) for key, value in fields.items()}))
    page = Template((TEMPLATES / SUITE / "index.html").read_text(encoding="utf-8").replace("${", "$${"))
    files["index.html"] = page.substitute(cards="\n".join(cards)).encode()
    settings = {"title": "Stylescape", **COLOURS, "sdk": "static", "app_file": "index.html", "license": "apache-2.0"}
    settings |= {"short_description": "Web demos about style in latent spaces", "tags": ["stylescape"]}
    front = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    files["README.md"] = f"---\n{front}---\n\n# Stylescape\n\nWeb demos about style in latent spaces.\n".encode()
    return Space("static", dict(sorted(files.items())))


def write(space: Space, out: Path) -> None:
    """Write the files of a Space into a folder.

    Raises:
        ValueError: if there is something in it already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"expected an empty folder to build into, got {out}")
    for name, content in space.files.items():
        write_atomically(out / name, content if isinstance(content, bytes) else content.read_bytes())


def deploy(app: str, namespace: str, registry: Path = REGISTRY) -> str:
    """The sha of the newest commit of an app's Space, after an upload that also removes stale files."""
    space = build(app, namespace, registry)
    ready = Publication(space_id(app, namespace), space.files)
    return upload(ready, f"Deploy {app}", sdk=space.sdk)
