"""What runs in processes of its own, with the product's settings, started by `bench.places`."""
