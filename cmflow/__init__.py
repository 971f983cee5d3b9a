"""A company's blog and the conversation around it, kept in one git repository."""

__version__ = "0.1.0"
