"""The daemon: an I/O process that owns ports and time, an engine process decides notes."""
