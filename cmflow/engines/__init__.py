"""The engines that turn Markdown into pages; whatever they make, the same weaving serves it."""
