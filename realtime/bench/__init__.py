"""What this machine does with a model, measured: the rows of `antiphon bench`."""
