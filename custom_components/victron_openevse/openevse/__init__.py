"""A charger: OpenEVSE readings and offers."""
