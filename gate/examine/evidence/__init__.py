"""Results of other tools and statements about vulnerabilities, read in a confined worker."""
