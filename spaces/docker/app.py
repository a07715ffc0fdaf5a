"""What Streamlit runs on a Docker Space; it runs this file again at every step of a visitor."""

import importlib
from pathlib import Path

(APP,) = (path.stem for path in Path(__file__).parent.glob("apps/[a-z]*.py"))
importlib.import_module(f"apps.{APP}").main()
