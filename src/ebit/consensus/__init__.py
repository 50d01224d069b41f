"""Training over a faulty quantum network: who gets pairs, whose update counts, and who agrees."""
