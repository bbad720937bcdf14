"""Sections of the report's page: each module returns plain data that a template or the page's own script shows."""
