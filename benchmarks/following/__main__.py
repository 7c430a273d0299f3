"""`python -m benchmarks.following`."""

import argparse

from benchmarks.following.table import lines
from exported.onnx_model import load_model
from exported.shelf import find_model
from realtime.modes import MODES

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.following")
    parser.add_argument("--mode", choices=tuple(MODES), action="append", help="only this one; may be given again")
    for line in lines(load_model(find_model("default")), parser.parse_args().mode or tuple(MODES)):
        print(line, flush=True)
