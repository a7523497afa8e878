"""Old entries, which leave the table for a bucket and stay a part of the proof."""
