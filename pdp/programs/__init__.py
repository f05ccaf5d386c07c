"""Parsers for arguments that are programs: SQL, shell and HTTP. Pure: text in, effects out."""
