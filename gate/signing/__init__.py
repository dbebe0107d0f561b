"""The supplier's signatures: one interface, one module for each back end."""
