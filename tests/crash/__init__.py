"""The studio with a bomb in it: an app that kills -9 the cluster at a named point, once."""
