"""What hostile clients send to the app that Streamlit serves, in a process of its own.

The same promises as in `tests/apps/test_attacks.py`, and a row for docs/security.md in the same way.
What a link may hold is tried in `tests/apps/test_cartography.py`.
"""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ui.server.serving import APPS
from core.imaging.preprocess import MAX_BYTES
from tests.apps.hostile import CALLS, PATIENCE, Target, at_random
from tests.paintings import hang_paintings
from tests.serving import streamlit_served

pytestmark = pytest.mark.slow

DOORS = ("{}", "static/{}", "app/static/{}", "media/{}", "component/{}", "thumbnails/{}", "maps/{}", "_stcore/{}")
ROUTES = ("thumbnails/{}/{}.webp", "maps/{}+{}/PCA/style.csv", "maps/art-ae/{}/{}.csv", "_stcore/upload_file/{}/{}")
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")

texts = st.text(max_size=40) | st.sampled_from(
    ["art-ae", "-1", "1e999", "NaN", "%00", "../" * 9, "a:0,0,0,0", "<script>"]
)


@pytest.fixture(scope="module")
def target(tiny_root, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    registry = hang_paintings(tmp_path_factory.mktemp("paintings"), tiny_root)
    serving = streamlit_served(["tests.paintings", str(registry)], APPS / "cartography.py")
    with serving as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
        target = Target(client, Counter())
        yield target
        assert client.get("_stcore/health").status_code == 200  # the process survives
    print(target.row("cartography"))


def test_files_stay_where_they_are(target: Target) -> None:
    target.climb(DOORS)


@pytest.mark.timeout(CALLS)
def test_anything_through_every_route(target: Target) -> None:
    @at_random(DOORS)
    @given(st.sampled_from(ROUTES), st.sampled_from(METHODS), texts, texts, st.binary(max_size=200))
    def attack(route: str, method: str, first: str, second: str, content: bytes) -> None:
        path = route.format(quote(first, safe=""), quote(second, safe=""))
        target.check(target.client.request(method, path, content=content))

    attack()


def test_an_upload_without_a_visit_is_refused(target: Target) -> None:
    for size in (10, MAX_BYTES + 2**20):
        answer = target.client.put("_stcore/upload_file/nobody/file", files={"file": ("x.png", bytes(size))})
        assert 400 <= answer.status_code < 500
        target.check(answer)
