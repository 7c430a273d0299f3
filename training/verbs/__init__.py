"""What the front door can ask of the workshop; importing a verb imports nothing heavy."""
