"""Rebuild what the documentation shows: the tables from the registry, and the pictures from the running app.

python -m reports.tables            # tables, learning curves and screenshots (these need Chromium)
python -m reports.tables --tables   # tables only
python -m reports.tables --apps generator fashion   # pictures of some apps only
"""

import argparse
import re
import shutil
from collections.abc import Collection
from typing import Any

from core.publishing.records import flat
from core.registry.schema import Record
from core.registry.store import ROOT, read_registry
from core.training.loop import RUNS

README, DOCS = ROOT / "README.md", ROOT / "docs"
PAGES = {  # each with the data sets whose records stand in its tables
    DOCS / "handwriting.md": ("chars62",),
    DOCS / "analogies.md": ("mnist",),
    DOCS / "fashion.md": (),
    DOCS / "cartography.md": ("artworks",),
}
Strokes = tuple[tuple[tuple[int, int], ...], ...]
STROKES: dict[str, Strokes] = {  # on the pad of 256 × 256: an A, a leaning 4
    "handwriting": (((70, 190), (128, 60), (186, 190)), ((92, 145), (164, 145))),
    "analogies": (((120, 50), (80, 140), (190, 128)), ((172, 70), (140, 215))),
}
SLOW = {"cartography": "ul.plates img"}  # what is on the page when it can be photographed, where that takes seconds
APPS = {  # with the tabs that are photographed too
    "handwriting": {"map": "The map", "your-hand": "Your hand"},
    "analogies": {"side-by-side": "Side by side", "map": "The map"},
    "fashion": {},
    "generator": {"side-by-side": "Side by side"},
    "cartography": {"trajectory": "Trajectory", "attributes": "Attributes", "clusters": "Clusters"},
}


def results_table(records: dict[str, Record], data: Collection[str], split: str = "val") -> str:
    """The measured results of the records of some data sets, a Markdown table for each set of metrics.

    Terms of the loss differ from model to model, and share a table nevertheless.
    """
    tables: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
    for name, record in records.items():
        if record.recipe.data in data and split in record.results:
            row = flat(record.results[split])
            tables.setdefault(tuple(key for key in row if not key.startswith("loss ")), {})[name] = row
    return "\n\n".join(_table(rows) for rows in tables.values())


def _table(rows: dict[str, dict[str, Any]]) -> str:
    names = [key for key in dict.fromkeys(key for row in rows.values() for key in row) if key not in ("data", "n")]
    lines = [f"| record | data | n | {' | '.join(names)} |", "|---" * (len(names) + 3) + "|"]
    for record, row in rows.items():
        cells = [f"{row[key]:.4g}" if isinstance(row.get(key), float) else str(row.get(key, "")) for key in names]
        lines.append(f"| `{record}` | {row['data']} | {row['n']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def insert(page: str, mark: str, text: str) -> str:
    """The page with the part between `<!-- mark -->` and `<!-- /mark -->` replaced."""
    return re.sub(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", lambda m: f"{m[1]}{text}\n{m[2]}", page, flags=re.S)


def build_tables() -> None:
    """Write the tables into the pages that have a place for them, the README's among them."""
    from reports.headline import headline_table  # which needs the reports, which need `insert`

    records = read_registry()
    README.write_text(insert(README.read_text(encoding="utf-8"), "headline", headline_table(records)), encoding="utf-8")
    for page, data in PAGES.items():
        table = results_table(records, data)
        page.write_text(insert(page.read_text(encoding="utf-8"), "results", table), encoding="utf-8")


def keep_curves() -> None:
    """Copy the learning curves and film strips of the runs on this machine."""
    for name in read_registry():
        for kind in ("curve.csv", "curve.png", "film.png"):
            if (RUNS / name / kind).is_file():
                shutil.copyfile(RUNS / name / kind, DOCS / "training" / f"{name}-{kind}")


def take_pictures(apps: Collection[str]) -> None:
    """Photograph apps: wide and narrow, light and dark, and the tabs that are worth it."""
    from playwright.sync_api import sync_playwright

    from apps.ui.server.serving import APPS as FOLDER
    from apps.ui.server.serving import STREAMLIT
    from benchmarks.interaction import OURS, open_browser, served
    from tests.serving import streamlit_served

    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        wide = {"viewport": {"width": 1366, "height": 768}}
        narrow = {"viewport": {"width": 390, "height": 844}, "user_agent": playwright.devices["Pixel 7"]["user_agent"]}
        for app in apps:
            tabs = APPS[app]
            script = FOLDER / f"{app}.py"
            ours = served(OURS.replace("handwriting", app))
            with streamlit_served(["streamlit"], script) if app in STREAMLIT else ours as address:
                for scheme in ("light", "dark"):
                    for shape, options in {"": wide, "-narrow": narrow}.items():
                        page = browser.new_page(color_scheme=scheme, **options)
                        page.goto(f"{address.rstrip('/')}/?__theme={scheme}")
                        photograph(page, app, f"{app}-{scheme}{shape}", tabs if scheme + shape == "light" else {})
                        page.close()
        browser.close()


def photograph(page: Any, app: str, name: str, tabs: dict[str, str]) -> None:
    """Draw what the app expects, and photograph its first page and some of its tabs."""
    if app in SLOW:
        page.locator(SLOW[app]).first.wait_for(timeout=120_000)
    page.wait_for_timeout(3000)
    if app in STROKES:
        draw(page, STROKES[app])
    page.screenshot(path=DOCS / "pictures" / f"{name}.png")
    if app in SLOW:  # its tabs are below the maps
        page.set_viewport_size({"width": 1366, "height": 1400})
    for tab, label in tabs.items():
        page.get_by_role("tab", name=label).click()
        if tab == "your-hand":
            learn(page)
        page.wait_for_timeout(4000)
        page.screenshot(path=DOCS / "pictures" / f"{app}-{tab}.png")


def learn(page: Any) -> None:
    """Learn the hand of a known writer."""
    page.set_viewport_size({"width": 1366, "height": 1000})
    page.get_by_label("A known writer").select_option("writer 4")
    page.get_by_role("button", name="Learn this hand").click()
    page.locator(".learner[data-empty=false]").wait_for(timeout=120_000)


def draw(page: Any, strokes: Strokes) -> None:
    """Draw on the pad with the mouse."""
    page.locator("canvas").first.wait_for()
    page.wait_for_timeout(1500)
    box = page.locator("canvas").first.bounding_box()
    scale = box["width"] / 256
    for stroke in strokes:
        points = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=8)
        page.mouse.up()
    page.wait_for_timeout(1500)


def main() -> None:
    """Rebuild the tables, and the pictures unless told not to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", action="store_true", help="rebuild only the tables")
    parser.add_argument("--apps", nargs="+", choices=APPS, default=list(APPS), help="photograph only these")
    chosen = parser.parse_args()
    build_tables()
    if not chosen.tables:
        keep_curves()
        take_pictures(chosen.apps)


if __name__ == "__main__":
    main()
