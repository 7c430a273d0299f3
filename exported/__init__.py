"""The hinge: the contract between the workshop and the daemon, and the models themselves, one folder each."""
