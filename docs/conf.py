"""Sphinx configuration: Markdown by MyST, the Furo theme, warnings are errors."""

import importlib.metadata

project = "Casewright"
author = "The Casewright authors"
release = importlib.metadata.version("casewright")

extensions = ["myst_parser"]
exclude_patterns = ["README.md"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = "Casewright"
html_show_sourcelink = False
html_theme_options = {"source_repository": "", "top_of_page_buttons": []}
