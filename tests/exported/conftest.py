"""The small models of the runtime's tests."""

from tests.realtime.conftest import loud_model, model, plain_model, tiny_folder

__all__ = ["loud_model", "model", "plain_model", "tiny_folder"]
