"""Whose time is kept: MIDI clock, Ableton Link, its own, or the human's. In the I/O process; pure but for Link."""
