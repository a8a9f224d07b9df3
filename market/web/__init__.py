"""What blueprints share: access, error pages, forms, filters."""
