"""Making a removal, stage by stage; whoever gives copies of it is told before, and afterwards."""

from origin.collecting.holdings import Holdings
from origin.collecting.surroundings import Surroundings
from packager.publishing.garbage import Removal


def remove(around: Surroundings, holdings: Holdings, removal: Removal) -> None:
    """Remove all of it; raises CollectionFailed, and the next run removes the rest."""
    if around.purging is not None:
        around.purging.going(removal)
    for stage in removal.stages:
        holdings.remove(stage)
    if around.purging is not None:
        around.purging.gone(removal)
