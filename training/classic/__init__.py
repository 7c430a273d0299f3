"""The classic way: names of notes and chords in a row, as the tutorials learn them; heard by the same measures."""
