"""The REST API: what a token's agent may read, as JSON (`/api/v1/`). Access is the desk's own, read by read."""
