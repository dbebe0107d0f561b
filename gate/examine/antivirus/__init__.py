"""Detection of malicious programs by ClamAV, through a clamd that has to prove itself in every run."""
