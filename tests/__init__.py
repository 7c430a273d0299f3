"""Tests, room by room; `peers` are the other programs of a MIDI set-up, as processes of their own."""
