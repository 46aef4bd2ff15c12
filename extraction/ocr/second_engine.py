"""RapidOCR, for the pages that Tesseract reads poorly: better and several times dearer. Used where it is installed."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from PIL import Image

# It can not be stopped, so it is not begun with less time than the slowest page took, seconds.
LEAST_SECONDS = 12.0
# No threads: a worker may make none. The angle classifier turns clean lines upside down.
_PARAMETERS: Final = {
    "Global.use_cls": False,
    "Global.log_level": "critical",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


def _loaded() -> Any:
    """Its class, or None. Loaded with this module: libraries can not be, once a worker has given up its files."""
    if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
        return None
    try:
        importlib.import_module("cv2").setNumThreads(1)
        importlib.import_module("onnxruntime")
        return importlib.import_module("rapidocr").RapidOCR
    except Exception:  # noqa: BLE001 - a broken installation is one without it
        return None


_RAPID = _loaded()


class SecondEngine:
    """Made when the first poor page comes: 0.5 GB and more."""

    def __init__(self) -> None:
        self._rapid: Any = None

    @staticmethod
    def is_installed() -> bool:
        """Can it be asked?"""
        return _RAPID is not None

    def read(self, picture: Image.Image) -> str:
        """A page's lines, from top to bottom.

        Its scores are kept back: 97 of 100 stood above a page of which half the lines were missing.
        """
        if self._rapid is None:
            self._rapid = _RAPID(params=_PARAMETERS)
        return "".join(f"{line}\n" for line in self._rapid(np.asarray(picture.convert("RGB"))).txts or ())
