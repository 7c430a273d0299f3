"""The rows of `antiphon bench`: this machine with a model, measured."""
