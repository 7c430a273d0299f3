"""Piano-roll benchmarks: sets that others have published figures on, a frame of keys at a time."""
