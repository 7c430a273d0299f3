"""An exported model's predictions and its playing, measured, with counting beside them."""
