"""A model of styles held against bars: predictions, touch, playing, and whether a judge tells its answers apart."""
