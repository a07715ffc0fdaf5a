"""The `stylescape` command. Bad input ends with status 2 and one line on standard error."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

app = typer.Typer(
    help="Web demos about style in latent spaces: train, measure, fetch and serve their models.",
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)

STATUSES = ("ok", "suspicious", "clipped", "empty")
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]  # a wrong option or argument; typer does not export it
Name = Annotated[str, typer.Argument(help="A record of checkpoints.yaml, such as chars62-infovae-32.")]
Root = Annotated[
    Path | None, typer.Option("--data", help="Data root; default: $STYLESCAPE_DATA, else data/.", show_default=False)
]


@app.command("train")
def train_command(
    name: Name,
    data: Root = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Another number of epochs than the recipe's.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a stopped run left off.")] = False,
) -> None:
    """Train a record by its recipe, and keep the best validation epoch in checkpoints/."""
    from core.training.loop import train

    record = train(name, root=data, epochs=epochs, resume=resume)
    typer.echo(f"{record.file}  {record.bytes} bytes  sha256 {record.sha256}")


@app.command("evaluate")
def evaluate_command(
    name: Name,
    data: Root = None,
    split: Annotated[Literal["train", "val", "test"], typer.Option(help="Which part of the data set.")] = "val",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    save: Annotated[bool, typer.Option("--save", help="Write the figures into checkpoints/NAME.json.")] = False,
    generator: Annotated[
        str | None, typer.Option(help="A fitted generator of the record, such as medium-2, flow or flow-guided.")
    ] = None,
) -> None:
    """Measure a record, or one of its generators, on one split of its data set."""
    figures = measure(name, generator, data, split, save=save)
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for key, value in figures.items():
        typer.echo(f"{key:24} {value:.4f}" if isinstance(value, float) else f"{key:24} {value}")


def measure(name: str, generator: str | None, root: Path | None, split: str, *, save: bool) -> dict[str, Any]:
    """The figures of a record or of one of its generators, saved on request."""
    if generator is None:
        from core.evaluate import evaluate, save_results

        figures = evaluate(name, root=root, split=split)
        if save:
            save_results(figures)
        return figures
    from core.generator.evaluation import evaluate_generator, save_generated

    figures = evaluate_generator(name, generator, root=root, split=split)
    if save:
        save_generated(figures)
    return figures


@app.command("fit")
def fit_command(
    name: Name,
    data: Root = None,
    generator: Annotated[
        list[str] | None, typer.Option(help="Which to fit, such as medium-2 or flow; more than one may be named.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a search that was stopped.")] = False,
) -> None:
    """Fit generators in a record's latent space; all of them if none is named."""
    from core.generator import GENERATORS
    from core.generator.fitting import fit_generators

    asset = fit_generators(name, generator or GENERATORS, root=data, resume=resume).generators
    if asset:
        typer.echo(f"{asset.file}  {asset.bytes} bytes  sha256 {asset.sha256}")


@app.command("cluster")
def cluster_command(
    names: Annotated[
        list[str] | None, typer.Argument(help="Pipelines, such as infovae; all if none is named.", metavar="PIPELINE")
    ] = None,
    data: Root = None,
    split: Annotated[Literal["val", "test"], typer.Option(help="Which part the unseen characters are.")] = "val",
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Runs to average over.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
) -> None:
    """Cluster characters without labels, and measure how well the clusters read characters they have not seen."""
    from core.handwriting.experiments.cluster_pipelines import PIPELINES, Bench, measure

    for row in measure(names or list(PIPELINES), Bench.of(split, data), seeds=seeds):
        shown = f"{row['name']:28} {row['majority_accuracy']:.4f}  k = {row['k']:g}"
        typer.echo(json.dumps(row) if as_json else shown)


@app.command("atlas")
def atlas_command(name: Name, data: Root = None) -> None:
    """Encode a record's data into its atlas: latents, class means, writer styles and map; for paintings, of all their
    models at once."""
    from core.cartography.collection import MODELS, build_collection
    from core.latent.atlas import build_atlas

    atlas = (build_collection(root=data) if name in MODELS else build_atlas(name, root=data)).atlas
    if atlas:
        typer.echo(f"{atlas.file}  {atlas.bytes} bytes  sha256 {atlas.sha256}")


@app.command("hands")
def hands_command(name: Name, data: Root = None) -> None:
    """Fit the prior of writer styles: how a writer's few characters predict all the others."""
    from core.handwriting.writer_prior import build_writer_prior

    hands = build_writer_prior(name, root=data).hands
    if hands:
        typer.echo(f"{hands.file}  {hands.bytes} bytes  sha256 {hands.sha256}")


@app.command("pull")
def pull_command(
    names: Annotated[
        list[str] | None, typer.Argument(help="Records to fetch; all trained ones if none is named.")
    ] = None,
) -> None:
    """Make sure that records' files are here and whole: bundled, cached, or fetched from the Hub."""
    from core.registry.sources import pull, trained

    for name in names or trained():
        for path in pull(name):
            typer.echo(f"{name}: {path}")


@app.command("publish")
def publish_command(
    namespace: Annotated[str, typer.Option(help="The user or the organisation on the Hub.")],
    names: Annotated[list[str] | None, typer.Argument(help="Records; all trained ones if none is named.")] = None,
    private: Annotated[bool | None, typer.Option("--private/--public", help="Of repositories that are made.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files and the card, and ask no one.")] = False,
) -> None:
    """Publish records on the Hugging Face Hub, one model repository each, and pin the commits in checkpoints/."""
    from core.publishing.records import listing, prepare, publish
    from core.registry.sources import trained

    for name in names or trained():
        if not dry_run:
            hub = publish(name, namespace, private=private)
            typer.echo(f"{name}: {hub.repo_id} at {hub.revision}")
            continue
        ready = prepare(name, namespace)
        typer.echo("\n".join([f"{ready.repo_id} would hold:", *listing(ready.files), "", ready.card]))


@app.command("build-space")
def build_space_command(
    name: Annotated[str, typer.Argument(help="An app, or suite for the landing page.", metavar="APP")],
    out: Annotated[Path, typer.Option(help="An empty folder, or one that is made.")],
    namespace: Annotated[str, typer.Option(help="The user or the organisation that its links name.")] = "stylescape",
) -> None:
    """Build the Hugging Face Space of an app into a folder: exactly what `deploy` uploads."""
    from core.publishing.spaces import build, write

    space = build(name, namespace)
    write(space, out)
    typer.echo(f"{out}: a {space.sdk} Space of {len(space.files)} files")


@app.command("deploy")
def deploy_command(
    namespace: Annotated[str, typer.Option(help="The user or the organisation on the Hub.")],
    names: Annotated[list[str] | None, typer.Argument(help="Apps, or suite; all if none is named.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files, and ask no one.")] = False,
) -> None:
    """Upload Spaces to the Hugging Face Hub; one that has not changed stays as it is."""
    from core.publishing.records import listing
    from core.publishing.spaces import SUITE, app_names, build, deploy, space_id

    for name in names or [*app_names(), SUITE]:
        if not dry_run:
            typer.echo(f"{space_id(name, namespace)} at {deploy(name, namespace)}")
            continue
        space = build(name, namespace)
        typer.echo("\n".join([f"{space_id(name, namespace)}, a {space.sdk} Space, would hold:", *listing(space.files)]))


@app.command("worksheet")
def worksheet_command(
    out: Annotated[Path, typer.Option(help="Where the PDF goes.")] = Path("worksheet.pdf"),
    paper: Annotated[Literal["letter", "a4"], typer.Option(help="The paper it is printed on.")] = "letter",
    check: Annotated[
        list[Path] | None, typer.Option(help="Read filled sheets instead, photographs or PDFs, and check their cells.")
    ] = None,
) -> None:
    """Make the worksheet for your handwriting, or check photographs of filled ones."""
    from core.handwriting.worksheets.layout import worksheet_pdf

    if check:
        for path in check:
            typer.echo("\n".join(checked(path)))
        return
    from core.registry.store import write_atomically

    write_atomically(out, worksheet_pdf(paper))
    typer.echo(f"{out}: six pages for {paper} paper, 216 characters")


def checked(path: Path) -> list[str]:
    """The status of the cells on each page of a file, one line per page."""
    from core.handwriting.worksheets.scanning import scan
    from core.handwriting.worksheets.uploads import read_pages
    from core.registry.load import load

    read, lines = load("chars62-classifier").classifier.probabilities, list[str]()
    for page in read_pages(path.read_bytes()):
        sheet = scan(page, read=read)
        found = {status: [cell.label for cell in sheet.cells if cell.status == status] for status in STATUSES}
        parts = [f"{len(labels)} {status}" for status, labels in found.items() if labels]
        doubtful = "".join(label for status in STATUSES[1:] for label in found[status])
        listed = f" ({doubtful})" if doubtful else ""
        lines.append(f"{path}: {sheet.layout.name} page {sheet.page}, {', '.join(parts)}{listed}")
    return lines


@app.command("serve")
def serve_command(
    name: Annotated[
        str,
        typer.Argument(help="An app: handwriting, analogies, fashion, generator or cartography.", metavar="APP"),
    ] = "handwriting",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; default: the first free one from 7860 on.")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    share: Annotated[
        bool, typer.Option("--share", help="A link from outside too, through Gradio's tunnel, with a password.")
    ] = False,
    auth: Annotated[
        str | None, typer.Option(help="USER:PASSWORD that visitors need; made up and printed for --share.")
    ] = None,
) -> None:
    """Serve an app on this machine, or share it with reviewers."""
    from apps.ui.server.serving import serve

    serve(name, host=host, port=port, browser=browser, share=share, auth=auth)


def main() -> None:
    """Run the command; bad input ends with one line on standard error and no traceback."""
    try:
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except USAGE_ERROR as error:
        _fail(getattr(error, "format_message", error.__str__)())
    except (ValueError, OSError) as error:
        _fail(str(error))
    else:
        raise SystemExit(status)


def _fail(message: str) -> NoReturn:
    print(f"stylescape: {' '.join(message.split())}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
