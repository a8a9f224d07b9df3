"""The pages, by room; blueprints do not know one another."""
