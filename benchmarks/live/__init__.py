"""A jam through real MIDI ports, measured from outside: a musician, the daemon and a listener, a process each."""
