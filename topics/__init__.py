"""Topic modelling and similar-article look-up for news text."""

__version__ = "0.1.0"
