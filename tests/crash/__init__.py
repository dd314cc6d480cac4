"""The studio with a bomb in it: settings that add an app which kills -9 the cluster at a named point, once."""
