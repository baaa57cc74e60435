"""One contract for every connector: the conformance kit in each of our worlds (domain.md §7)."""

from portal.conformance.bindings import *
from portal.conformance.charges import *
from portal.conformance.links import *
from portal.conformance.picked_cards import *
from portal.conformance.refunds import *
