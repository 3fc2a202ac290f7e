//! Stand-ins for every outside party.
