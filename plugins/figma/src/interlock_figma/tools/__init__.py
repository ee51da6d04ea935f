"""The tools, a module for each group; the service is made of all of them."""
