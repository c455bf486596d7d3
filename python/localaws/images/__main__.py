"""Entry of the programs that SageMaker's own images start, and of every job's supervisor: ``python images NAME``.

They run in the job's own interpreter, which need not have this package installed: each is a package beside this file
that imports nothing but the standard library and what its image ships.
"""

import importlib
import sys

if __name__ == "__main__":
    sys.exit(importlib.import_module(f"{sys.argv[1]}.main").main())
