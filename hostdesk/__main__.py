"""`python -m hostdesk` is the command `hostdesk`."""

import sys

from hostdesk.config.cli import main

sys.exit(main())
