"""The shared contract of Writ: canonical form, receipts, permits and their verification.

Pure: nothing in this package but `writ.cli` touches files, the network, a clock or randomness. It is all that an auditor
has to install.
"""
