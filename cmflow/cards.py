"""Stub, being replaced."""
def available(): return False
