"""Names within a template of CloudFormation, and what is not there."""

from typing import Final

NOTHING: Final = {"Ref": "AWS::NoValue"}


def named(name: str) -> dict[str, str]:
    """Return a name that no other stack of the account has."""
    return {"Fn::Sub": f"${{AWS::StackName}}-{name}"}
