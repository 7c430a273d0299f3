"""The installed daemon, on real ports, among programs nobody here wrote."""
