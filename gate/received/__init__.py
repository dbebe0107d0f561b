"""What a recipient was handed: a release folder, an archive of one, or a single artifact with signatures."""
