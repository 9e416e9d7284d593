"""Control panels of hosting servers: WHM/cPanel, DirectAdmin, Plesk, and the hands of an agent where there is none.

`wishes` has the port and its values, `choosing` the adapter of a connection. Clauses: channel.tickets, contact.privileges.
"""
