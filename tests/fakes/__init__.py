"""Vendors as servers on loopback, faked where they speak HTTP and nowhere else."""
