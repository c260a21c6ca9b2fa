"""What every optimiser shares, free of the nouns of any one desk."""
