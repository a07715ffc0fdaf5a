"""What components and pages have in common: the look, links, and the modules that scripts import."""
