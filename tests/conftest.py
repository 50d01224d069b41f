"""Settings of all tests."""

from hypothesis import settings

settings.register_profile("ebit", deadline=None)  # machines are noisy: time decides no test
settings.load_profile("ebit")
