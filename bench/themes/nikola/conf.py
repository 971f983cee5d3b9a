"""Nikola's site: what it does of itself, with the Markdown extensions of the other sites."""

BLOG_AUTHOR = "A real team"
BLOG_TITLE = "A real blog"
BLOG_DESCRIPTION = "A real blog"
BLOG_EMAIL = ""
SITE_URL = "https://blog.example/"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
TRANSLATIONS = {"en": ""}
THEME = "bootblog4"
POSTS = (("posts/*.md", "posts", "post.tmpl"),)
PAGES = ()
COMPILERS = {"markdown": (".md",)}
INDEX_DISPLAY_POST_COUNT = 10
MARKDOWN_EXTENSIONS = ["markdown.extensions.extra", "markdown.extensions.admonition"]
MARKDOWN_EXTENSION_CONFIGS = {"markdown.extensions.toc": {"permalink": True}}
