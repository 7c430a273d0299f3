"""What a model plays, beside what people wrote: arithmetic on the notes of whole pieces. numpy only."""
