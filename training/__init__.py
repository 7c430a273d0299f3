"""The trainer: files to notes, notes to arrays, arrays to a Keras LSTM, the LSTM to an ONNX step and its card."""
