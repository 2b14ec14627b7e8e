"""A distribution as Terraform has it: ``configuration`` is the whole, the others its parts."""
