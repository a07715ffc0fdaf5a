"""LICENSES.md covers every record, every data set that one has learned from, and every required package."""

import re
import tomllib
from fnmatch import fnmatch
from itertools import chain

from core.publishing.records import DATA_LICENCES
from core.registry.store import ROOT, read_registry

TEXT = (ROOT / "LICENSES.md").read_text(encoding="utf-8")


def test_every_record_stands_with_its_licence_and_that_of_its_data() -> None:
    rows = {
        pattern: (licence, data)
        for pattern, licence, data in re.findall(r"^\| `(\S+)` \| (\S+) \| .* \| (.*) \|$", TEXT, flags=re.M)
    }
    assert rows
    for name, record in read_registry().items():
        found = [stated for pattern, stated in rows.items() if fnmatch(name, pattern)]
        assert found == [(record.licence, DATA_LICENCES[record.recipe.data])], name


def test_every_required_package_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = list(chain(project["dependencies"], *project["optional-dependencies"].values()))
    names = [re.split(r"[\[<>=;]", requirement)[0] for requirement in required]
    assert not [name for name in names if not re.search(rf"\b{re.escape(name)}\b", TEXT)]
