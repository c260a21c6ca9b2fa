"""Where minutes and miles come from: the estimate, the road graph or a server."""
