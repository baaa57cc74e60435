"""The toy bank keeps the contract of every connector: the portal's conformance kit."""

from portal.conformance.bindings import *
from portal.conformance.charges import *
from portal.conformance.links import *
from portal.conformance.picked_cards import *
from portal.conformance.refunds import *
