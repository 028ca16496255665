"""The blogs of some who take part in the demo's course: made once by Pelican, and served by the demo itself.

``sources`` holds their words and says how they are made anew; ``sites`` what came of it, with addresses and days of
nowhere; ``serving`` puts the right ones in their place. So the ecology can be seen working without a network.
"""
