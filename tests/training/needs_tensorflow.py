"""Import this first: it skips a test module where TensorFlow is not installed, and brings it in quietly where it is."""

from importlib.util import find_spec

import pytest

from training import heavy

if find_spec("tensorflow") is None:
    pytest.skip("TensorFlow is not installed: pip install 'antiphon[train]'", allow_module_level=True)
heavy.load()
