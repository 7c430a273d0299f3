"""A phrase of a held-out piece of each style, and the answer to it: as a picture and as sound."""
