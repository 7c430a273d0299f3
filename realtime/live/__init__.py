"""The edges of the I/O process: the loop, ports, processes, terminal."""
