"""A search index in pieces, of which a reader's browser fetches the few that a question needs.

Material's index is one file with every word of the blog, fetched with every visit. Here the words
lie in shards by their first letters, each page's text in a file of its own, and a script of ours
(`assets/cmflow-search.js`) answers Material's search dialog out of them.
"""
