"""A distribution as CloudFormation has it: ``template`` is the whole, the others its parts."""
