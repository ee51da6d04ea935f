"""From an OpenAPI description to operations.

``description`` reads the document, ``schemas`` turns its schemas into JSON Schema, ``operations``
its operations into those of :mod:`interlock_http.operation`.
"""
