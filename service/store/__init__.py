"""What the service remembers: people, uploads, runs, plans adopted, and an audit that cannot be quietly changed."""
