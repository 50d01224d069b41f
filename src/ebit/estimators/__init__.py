"""Estimators with scikit-learn's interface; their modules need scikit-learn."""
