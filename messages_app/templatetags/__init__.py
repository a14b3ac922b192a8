"""Template tags: icons, fields, time and findings in words."""
