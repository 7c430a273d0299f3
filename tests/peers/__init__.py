"""The other side of the cable: a JACK server, players and listeners, a synthesizer, and the installed daemon."""
