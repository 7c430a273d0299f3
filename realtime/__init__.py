"""The daemon: an I/O process that owns ports and time, an engine process that decides notes. Loads nothing by itself."""
