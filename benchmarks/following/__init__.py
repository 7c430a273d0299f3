"""The answer's pursuit of a human who plays otherwise than before: another key, pace, register or loudness.

Run as `python -m benchmarks.following`. A human plays four phrases of a tune, then the same four changed: a tritone
lower, twice as fast, two octaves lower, or half as loud. What the default model plays after the change is held against
the changed human, at several places of the knob that is to follow it, the others as they ship. The tempo is given
(120), so that another pace is another density of notes. The tunes are public domain, and some are among the music that
the model learned from.
"""
