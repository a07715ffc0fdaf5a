"""Tools of the latent space: encoding, interpolation, neighbours, projection, clustering, atlases."""
