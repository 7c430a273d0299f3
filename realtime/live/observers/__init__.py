"""Whoever reads the journal and changes nothing. An observer is one file here, and one line in `realtime.verbs.jam`."""
