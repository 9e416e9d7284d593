"""Page shells, parts, style, scripts and security headers; knows no feature.

Shells: `web/desk.html`, `web/client.html`, `web/public.html`, `web/sign_in.html`, `web/message.html`.
Parts: `{% load web %}`. A refusal raised anywhere below a view becomes a sentence with its clause.
"""
