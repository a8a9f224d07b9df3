"""心愿市集: software for community charity markets whose proceeds can be followed to a wish."""
