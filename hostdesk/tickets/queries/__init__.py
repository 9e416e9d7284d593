"""All reads of tickets: for the desk, for the client area, for other rooms."""
