"""The verbs of the trainer; importing one imports nothing heavy."""
