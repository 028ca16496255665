"""Where towns and countries are, from data in the package: towns of 15,000 people and more are GeoNames' (geonames.org,
CC BY 4.0), one row each in ``towns.csv.gz``: name, ISO 3166-1 country, latitude, longitude, population.
"""
