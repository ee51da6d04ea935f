"""Many variants as one component: what differs becomes tables, states become CSS."""
