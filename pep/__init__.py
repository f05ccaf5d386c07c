"""Policy enforcement points: clients and gateways that ask before they act."""
