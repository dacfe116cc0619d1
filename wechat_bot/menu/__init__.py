"""The administrators' menu script: a file under config/, checked, compared, applied, taken back."""
