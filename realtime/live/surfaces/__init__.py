"""Whoever can change a parameter while it plays. A surface is one file here, and one line in `realtime.verbs.jam`."""
