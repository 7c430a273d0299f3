"""The contract between the trainer and the daemon, and the models themselves, one folder each."""
