"""The invoice scenario, played through the real gRPC API against a running stack."""
