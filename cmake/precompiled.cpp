// The target that owns the precompiled headers needs one source.
