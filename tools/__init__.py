"""What the Makefile calls: the checks, the whole test run, and the pinning of versions."""
