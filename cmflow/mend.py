"""Stub, being replaced."""
def mend(html, words): return html
