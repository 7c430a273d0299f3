"""Import this first: it brings TensorFlow in quietly; where that is not installed, the module is skipped."""

from training import heavy

heavy.load()
