"""The time of a performance: a MIDI clock's, Ableton Link's, its own, or the human's. Pure."""
