"""Ad planning and attribution: which rupee worked, and where the next one should go."""
