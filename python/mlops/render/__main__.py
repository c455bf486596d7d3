"""`python -m mlops.render`."""

import sys

from mlops.commands.render import main

sys.exit(main())
