"""The process that is started: ports, clock, and the notes that sound. Loads no model and no numpy."""
