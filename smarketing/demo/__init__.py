"""An invented company to look around in: Cadran Boréal makes energy meters in Paris and Montréal.

Ninety days of its history happen through the services, instant by instant, and end at the moment of seeding.
The same seed and the same moment give the same rows.
"""
