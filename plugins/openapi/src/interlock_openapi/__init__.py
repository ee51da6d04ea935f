"""Any API with an OpenAPI description."""
