"""Small control panels on loopback that speak the APIs of WHM/cPanel, DirectAdmin and Plesk by TLS, over one model.

Written from the panels' documentation, apart from the adapters: who signs in how and which parameter is called what is
what the documentation says.
"""
