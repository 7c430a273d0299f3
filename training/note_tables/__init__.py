"""Note tables: music that a user keeps in a folder, read by name; pieces of a style, with touch where it was played."""
