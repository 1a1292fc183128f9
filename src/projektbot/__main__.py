"""`python -m projektbot`."""

import sys

from projektbot.cli import main

sys.exit(main())
