"""Reports and the public page: from values to documents, to HTML, PDF and SVG. No store, no policy.

What goes in was read, filtered by the policy and recorded by ``api/commands``; nothing here asks for more.
"""
