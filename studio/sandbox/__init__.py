"""The embedded upstream: an HTTP server of its own that speaks the Producer contract and really composes.

`server.Sandbox` is the way in. Nothing here knows the studio: only plain values come in, only HTTP goes out.
"""
