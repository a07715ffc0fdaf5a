"""Rebuild what the documentation shows: the tables from the registry, and the pictures from the running app.

python -m docs.build            # tables, learning curves and screenshots (these need Chromium)
python -m docs.build --tables   # tables only
"""

import argparse
import re
import shutil
from typing import Any

from core.checkpoint import ROOT, Record, read_registry
from core.train import RUNS

DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", DOCS / "handwriting.md")
LETTER = ((70, 190), (128, 60), (186, 190)), ((92, 145), (164, 145))  # an A, on the pad of 256 × 256


def results_table(records: dict[str, Record], split: str = "val") -> str:
    """The measured results of the trained records as two Markdown tables."""
    measured = {name: record.results[split] for name, record in records.items() if split in record.results}
    classifiers = {name: row for name, row in measured.items() if "accuracy" in row}
    rest = {name: row for name, row in measured.items() if name not in classifiers}
    return "\n\n".join(_table(rows) for rows in (classifiers, rest) if rows)


def _table(rows: dict[str, dict[str, Any]]) -> str:
    names = [key for key in next(iter(rows.values())) if key not in ("data", "n", "date")]
    lines = [f"| record | data | n | {' | '.join(names)} |", "|---" * (len(names) + 3) + "|"]
    for record, row in rows.items():
        cells = [f"{row[key]:.4g}" if isinstance(row[key], float) else str(row[key]) for key in names]
        lines.append(f"| `{record}` | {row['data']} | {row['n']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def insert(page: str, mark: str, text: str) -> str:
    """The page with the part between `<!-- mark -->` and `<!-- /mark -->` replaced."""
    return re.sub(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", lambda m: f"{m[1]}{text}\n{m[2]}", page, flags=re.S)


def build_tables() -> None:
    """Write the tables into the pages that have a place for them."""
    table = results_table(read_registry())
    for page in PAGES:
        page.write_text(insert(page.read_text(encoding="utf-8"), "results", table), encoding="utf-8")


def keep_curves() -> None:
    """Copy the learning curves and film strips of the runs on this machine."""
    for name in read_registry():
        for kind in ("curve.csv", "curve.png", "film.png"):
            if (RUNS / name / kind).is_file():
                shutil.copyfile(RUNS / name / kind, DOCS / "training" / f"{name}-{kind}")


def take_pictures() -> None:
    """Draw an A and photograph the page: wide and narrow, light and dark, and the map."""
    from playwright.sync_api import Page, sync_playwright

    from benchmarks.interaction import OURS, open_browser, served

    def shoot(page: Page, name: str) -> None:
        page.wait_for_timeout(1200)
        page.screenshot(path=DOCS / "pictures" / f"{name}.png")

    with served(OURS) as address, sync_playwright() as playwright:
        browser = open_browser(playwright)
        for scheme in ("light", "dark"):
            for shape, size in {"": (1366, 768), "-narrow": (390, 844)}.items():
                page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
                page.goto(f"{address}/?__theme={scheme}")
                draw(page)
                shoot(page, f"handwriting-{scheme}{shape}")
                if scheme == "light" and not shape:
                    page.get_by_role("tab", name="The map").click()
                    page.wait_for_timeout(4000)
                    shoot(page, "handwriting-map")
                page.close()
        browser.close()


def draw(page: Any) -> None:
    """Write the letter on the pad with the mouse."""
    box = page.locator("canvas").first.bounding_box()
    scale = box["width"] / 256
    for stroke in LETTER:
        points = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=8)
        page.mouse.up()


def main() -> None:
    """Rebuild the tables, and the pictures unless told not to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", action="store_true", help="rebuild only the tables")
    only_tables = parser.parse_args().tables
    build_tables()
    if not only_tables:
        keep_curves()
        take_pictures()


if __name__ == "__main__":
    main()
