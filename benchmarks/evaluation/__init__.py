"""What `antiphon eval` measures of an exported model: how well it foretells, and what it plays."""
