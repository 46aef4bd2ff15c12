"""Runs one notebook from nothing and prints, as one JSON list, all words that it shows: tables, texts, labels of plots."""

from __future__ import annotations

import importlib.util
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
warnings.simplefilter("error", ResourceWarning)


def main() -> None:
    path = Path(sys.argv[1])
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path}: no notebook")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    outputs, _ = module.app.run()
    told = [words for output in outputs for words in words_of(output)]
    json.dump({"outputs": [type(output).__name__ for output in outputs], "told": told}, sys.stdout)


def words_of(output: Any) -> list[str]:
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from polars import DataFrame

    if isinstance(output, Figure):
        return [text.get_text() for text in output.findobj(Text)]
    data = getattr(output, "data", output)
    if isinstance(data, DataFrame):
        return [repr(row) for row in data.iter_rows()]
    return [output.text] if hasattr(output, "text") else []


if __name__ == "__main__":
    main()
