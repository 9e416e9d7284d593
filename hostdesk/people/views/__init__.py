"""Views of the room: the agents' sign-in, the contacts' sign-in, the desk's pages, the client area's pages."""
