"""Keys between nodes: pools, tags of frames, and their delivery by ETSI GS QKD 014."""
