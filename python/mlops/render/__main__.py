"""`python -m mlops.render`."""

import sys

from mlops.render.command import main

sys.exit(main())
