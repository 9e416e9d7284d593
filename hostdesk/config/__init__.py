"""Settings, addresses, servers and the command line: where the rooms are put together and the outside comes in."""
