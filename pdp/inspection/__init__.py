"""Payload inspection: rules as bundle data, one prefilter pass, exact finding, checksums, bounded decoding."""
