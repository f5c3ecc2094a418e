"""Use cases, in the order a lead meets them. They take `now=` and `actor=`, and never commit."""
