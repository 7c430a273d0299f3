"""The process that the engine lives in."""
